package dev.kvstore.client;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import java.time.Duration;

/**
 * How a store over HTTP reaches its service. Immutable; each {@code with} returns a changed copy.
 */
public final class HttpSettings {
  /** Five seconds for a call, two of them to connect. */
  public static final HttpSettings DEFAULT =
      new HttpSettings(Duration.ofSeconds(5), Duration.ofSeconds(2));

  private static final Duration LONGEST = Duration.ofDays(1);

  private final Duration requestTimeout;
  private final Duration connectTimeout;

  private HttpSettings(Duration requestTimeout, Duration connectTimeout) {
    this.requestTimeout = requestTimeout;
    this.connectTimeout = connectTimeout;
  }

  /**
   * Each call of the store is over after this long, whatever it had to send: connecting, waiting,
   * reading the answer and trying again are all inside. 5 seconds by default. A service waits for
   * its database too; where its own time limit is the longer one, a write that the database holds
   * up ends as {@link dev.kvstore.OutcomeUnknownException} here.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER} if it is not from a
   *     millisecond to a day
   */
  public HttpSettings withRequestTimeout(Duration timeout) {
    return new HttpSettings(check("request timeout", timeout), connectTimeout);
  }

  /**
   * A connection must stand after this long. 2 seconds by default; the request timeout bounds it
   * too. Best kept below the request timeout: a call that ran out of time while it was still
   * connecting has certainly changed nothing.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER} if it is not from a
   *     millisecond to a day
   */
  public HttpSettings withConnectTimeout(Duration timeout) {
    return new HttpSettings(requestTimeout, check("connect timeout", timeout));
  }

  public Duration requestTimeout() {
    return requestTimeout;
  }

  public Duration connectTimeout() {
    return connectTimeout;
  }

  private static Duration check(String name, Duration timeout) {
    if (timeout.compareTo(Duration.ofMillis(1)) < 0 || timeout.compareTo(LONGEST) > 0) {
      throw new InvalidInputException(
          ErrorCode.INVALID_PARAMETER,
          "The " + name + " is " + timeout + ", it must be from PT0.001S to " + LONGEST);
    }
    return timeout;
  }

  @Override
  public String toString() {
    return "HttpSettings[requestTimeout=" + requestTimeout + ", connectTimeout=" + connectTimeout
        + "]";
  }
}
