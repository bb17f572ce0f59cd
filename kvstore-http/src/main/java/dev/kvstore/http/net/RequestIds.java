package dev.kvstore.http.net;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The ids of a request: by which it is found in the log, and by which its client matches answers.
 */
public final class RequestIds {
  public static final String HEADER = "X-Request-Id";

  /** Repeated as it came, whatever proxies make of the other. */
  public static final String MATCH = "KV-Request-Id";

  private static final int MAX_LENGTH = 128;

  /** What ends the id in a log, or begins another field. */
  private static final String FORGING = "\"\\[]=";

  private RequestIds() {}

  /**
   * Returns the id that the request brought, or a new one if that cannot stand in a header, or
   * could be taken for something else in a line of a log.
   */
  public static String of(@Nullable String brought) {
    return brought != null && isSane(brought) ? brought : UUID.randomUUID().toString();
  }

  /** Returns what to repeat for the client; null where it brought nothing, or nothing sane. */
  public static @Nullable String toRepeat(@Nullable String brought) {
    return brought != null && isSane(brought) ? brought : null;
  }

  private static boolean isSane(String brought) {
    return !brought.isBlank()
        && brought.length() <= MAX_LENGTH
        && brought.chars().allMatch(RequestIds::isPlain);
  }

  private static boolean isPlain(int c) {
    return c >= ' ' && c <= '~' && FORGING.indexOf(c) < 0;
  }
}
