package dev.kvstore.http;

import dev.kvstore.BatchOptions;
import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.WriteCondition;
import dev.kvstore.WriteOptions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a request says of how its write is to be done. */
final class WriteRequests {
  /**
   * Names who writes, percent-encoded in UTF-8. Where a token names them it is not looked at:
   * anybody could write any name there.
   */
  private static final String AUTHOR = "KV-Author";

  private WriteRequests() {}

  static WriteOptions options(Exchange exchange, Parameters parameters, WriteCondition condition) {
    return living(exchange, parameters.timeToLive(), condition);
  }

  private static WriteOptions living(
      Exchange exchange, @Nullable Duration timeToLive, WriteCondition condition) {
    WriteOptions options = WriteOptions.DEFAULT.condition(condition);
    String author = author(exchange);
    options = timeToLive == null ? options : options.ttl(timeToLive);
    return author == null ? options : options.author(author);
  }

  /** As {@link #options}; {@code ?ttl=keep} leaves the expiry of what is replaced as it is. */
  static WriteOptions replacing(
      Exchange exchange, Parameters parameters, WriteCondition condition) {
    return parameters.keepsExpiry()
        ? living(exchange, null, condition).keepingExpiry()
        : options(exchange, parameters, condition);
  }

  /** What a patch does not speak of stays as it is, and so does the expiry without a new one. */
  static WriteOptions patching(Exchange exchange, Parameters parameters) {
    WriteOptions options = replacing(exchange, parameters, WriteCondition.NONE);
    return parameters.has("ttl") ? options : options.keepingExpiry();
  }

  static BatchOptions batchOptions(Exchange exchange, Parameters parameters) {
    BatchOptions options =
        parameters.flag("atomic") ? BatchOptions.DEFAULT.atomic() : BatchOptions.DEFAULT;
    Duration timeToLive = parameters.timeToLive();
    String author = author(exchange);
    options = timeToLive == null ? options : options.ttl(timeToLive);
    return author == null ? options : options.author(author);
  }

  private static @Nullable String author(Exchange exchange) {
    String known = exchange.principal().name().orElse(null);
    String encoded = exchange.request().getHeader(AUTHOR);
    return known != null || encoded == null ? known : decode(encoded);
  }

  private static String decode(String encoded) {
    try {
      return Percent.decode(encoded);
    } catch (Percent.MalformedException e) {
      throw new InvalidInputException(
          ErrorCode.INVALID_PARAMETER, "The header " + AUTHOR + " " + e.getMessage(), e);
    }
  }
}
