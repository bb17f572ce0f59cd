package dev.kvstore.client.internal.events;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVChange.Kind;
import dev.kvstore.SyncToken;
import dev.kvstore.client.internal.request.MalformedAnswerException;
import dev.kvstore.client.internal.request.WireReader;
import dev.kvstore.spi.Change;
import org.jspecify.annotations.Nullable;

/**
 * Parses the events of a store's stream. Anything that no service sends throws
 * {@link MalformedAnswerException}.
 */
final class StoreEvents {
  static final long UNKNOWN = -1;

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String CURRENT = "current ";

  private StoreEvents() {}

  /**
   * Returns the time up to which everything was reported, in milliseconds since the request;
   * {@link #UNKNOWN} if the comment does not contain it.
   */
  static long current(@Nullable String comment) {
    if (comment == null || !comment.startsWith(CURRENT)) {
      return UNKNOWN;
    }
    String millis = comment.substring(CURRENT.length());
    return millis.matches("[0-9]{1,15}") ? Long.parseLong(millis) : UNKNOWN;
  }

  private static JsonNode json(String data) {
    try {
      return JSON.readTree(data);
    } catch (JsonProcessingException e) {
      throw new MalformedAnswerException(
          "an event that is not JSON", null); // the cause may quote values
    }
  }

  static Change change(Kind kind, String event) {
    JsonNode data = json(event);
    JsonNode key = data.path("key");
    JsonNode version = data.path("version");
    JsonNode etag = data.path("etag");
    boolean legal = key.isTextual()
        && version.canConvertToLong()
        && version.isIntegralNumber()
        && (etag.isTextual() || etag.isNull() || etag.isMissingNode());
    if (!legal) {
      throw new MalformedAnswerException("an event without key, version or etag", null);
    }
    // A manual write without a version, which JSON represents as null.
    long known =
        kind == Kind.SET && version.longValue() == 0 ? Change.UNKNOWN_VERSION : version.longValue();
    return new Change(
        kind, WireReader.legalKey(key.textValue()), known, etag.textValue(), position(data));
  }

  static long position(String event) {
    return position(json(event));
  }

  private static long position(JsonNode data) {
    JsonNode token = data.path("syncToken");
    try {
      return SyncToken.parse(token.asText()).position();
    } catch (InvalidInputException e) {
      throw new MalformedAnswerException("an event without a sync token", e);
    }
  }
}
