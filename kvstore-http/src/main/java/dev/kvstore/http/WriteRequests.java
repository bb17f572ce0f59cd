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
  /** Names who writes, percent-encoded in UTF-8, as long as the service does not know better. */
  private static final String AUTHOR = "KV-Author";

  private static final int MAX_AUTHOR_LENGTH = 256;

  private WriteRequests() {}

  static WriteOptions options(Exchange exchange, Parameters parameters, WriteCondition condition) {
    WriteOptions options = WriteOptions.DEFAULT.condition(condition);
    Duration timeToLive = parameters.timeToLive();
    String author = author(exchange);
    options = timeToLive == null ? options : options.ttl(timeToLive);
    return author == null ? options : options.author(author);
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
    String encoded = exchange.request().getHeader(AUTHOR);
    if (encoded == null) {
      return null;
    }
    String author = decode(encoded);
    if (author.isBlank()
        || author.length() > MAX_AUTHOR_LENGTH
        || author.chars().anyMatch(Character::isISOControl)) {
      throw invalid("must have 1 to " + MAX_AUTHOR_LENGTH + " characters, no control characters");
    }
    return author;
  }

  private static String decode(String encoded) {
    try {
      return Percent.decode(encoded);
    } catch (Percent.MalformedException e) {
      throw invalid(e.getMessage());
    }
  }

  private static InvalidInputException invalid(@Nullable String problem) {
    return new InvalidInputException(
        ErrorCode.INVALID_PARAMETER, "The header " + AUTHOR + " " + problem);
  }
}
