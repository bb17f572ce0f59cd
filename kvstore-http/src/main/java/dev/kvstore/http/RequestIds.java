package dev.kvstore.http;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The id by which a request is found in the log. */
final class RequestIds {
  static final String HEADER = "X-Request-Id";

  private static final int MAX_LENGTH = 128;

  /** What ends the id in a log, or begins another field. */
  private static final String FORGING = "\"\\[]=";

  private RequestIds() {}

  /**
   * Returns the id that the request brought, or a new one if that cannot stand in a header, or could
   * be taken for something else in a line of a log.
   */
  static String of(@Nullable String brought) {
    boolean sane = brought != null
        && !brought.isBlank()
        && brought.length() <= MAX_LENGTH
        && brought.chars().allMatch(RequestIds::isPlain);
    return brought != null && sane ? brought : UUID.randomUUID().toString();
  }

  private static boolean isPlain(int c) {
    return c >= ' ' && c <= '~' && FORGING.indexOf(c) < 0;
  }
}
