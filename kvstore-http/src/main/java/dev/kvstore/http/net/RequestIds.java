package dev.kvstore.http.net;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The ids of a request: one for the log, and one by which its client matches responses. */
public final class RequestIds {
  public static final String HEADER = "X-Request-Id";

  /** The header that is returned unchanged, even if proxies replace the other id. */
  public static final String MATCH = "KV-Request-Id";

  private static final int MAX_LENGTH = 128;

  /** Characters that would end the id in a log line or start another field. */
  private static final String FORGING = "\"\\[]=";

  private RequestIds() {}

  /**
   * Returns the id in the request, or a new one if that is not valid in a header or ambiguous in a
   * log line.
   */
  public static String of(@Nullable String brought) {
    return brought != null && isSane(brought) ? brought : UUID.randomUUID().toString();
  }

  /** Returns the id to return to the client; null if it sent none or an invalid one. */
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
