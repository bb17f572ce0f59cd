package dev.kvstore.http;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The id by which a request is found in the log. */
final class RequestIds {
  static final String HEADER = "X-Request-Id";

  private static final int MAX_LENGTH = 128;

  private RequestIds() {}

  /**
   * Returns the id that the request brought if it can stand in a log and a header, or a new one.
   */
  static String of(@Nullable String brought) {
    boolean sane = brought != null
        && !brought.isBlank()
        && brought.length() <= MAX_LENGTH
        && brought.chars().allMatch(c -> c >= ' ' && c <= '~');
    return brought != null && sane ? brought : UUID.randomUUID().toString();
  }
}
