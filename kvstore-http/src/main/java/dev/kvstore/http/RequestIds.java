package dev.kvstore.http;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The ids of a request: by which it is found in the log, and by which its client matches answers. */
final class RequestIds {
  static final String HEADER = "X-Request-Id";

  /** Repeated as it came, whatever proxies make of the other. */
  static final String MATCH = "KV-Request-Id";

  private static final int MAX_LENGTH = 128;

  private RequestIds() {}

  /**
   * Returns the id that the request brought if it can stand in a log and a header, or a new one.
   */
  static String of(@Nullable String brought) {
    return brought != null && isSane(brought) ? brought : UUID.randomUUID().toString();
  }

  /** Returns what to repeat for the client; null where it brought nothing, or nothing sane. */
  static @Nullable String toRepeat(@Nullable String brought) {
    return brought != null && isSane(brought) ? brought : null;
  }

  private static boolean isSane(String brought) {
    return !brought.isBlank()
        && brought.length() <= MAX_LENGTH
        && brought.chars().allMatch(c -> c >= ' ' && c <= '~');
  }
}
