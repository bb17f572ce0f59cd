package dev.kvstore.client.internal.events;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVChange.Kind;
import dev.kvstore.SyncToken;
import dev.kvstore.client.internal.events.SseParser.Block;
import dev.kvstore.client.internal.request.MalformedAnswerException;
import dev.kvstore.client.internal.request.WireReader;
import dev.kvstore.spi.Change;
import org.jspecify.annotations.Nullable;

/** What a stream of events says of a store. */
sealed interface StoreEvent {
  JsonMapper JSON = JsonMapper.builder().build();

  String CURRENT = "current ";

  long UNKNOWN = -1;

  /** From here on nothing is missed. */
  record Ready(long position) implements StoreEvent {}

  /** Changes may have been missed. */
  record Reset() implements StoreEvent {}

  /** A key has changed. */
  record Changed(Change change) implements StoreEvent {}

  /**
   * All is well.
   *
   * @param current everything was told up to then, in milliseconds since the service was asked, or
   *     {@link #UNKNOWN}
   */
  record Heartbeat(long current) implements StoreEvent {}

  /** Something of a later version of the service. */
  record Other() implements StoreEvent {}

  /**
   * Returns what the block says.
   *
   * @throws MalformedAnswerException if no service says that
   */
  static StoreEvent of(Block block) {
    String data = block.data();
    if (data == null) {
      return new Heartbeat(current(block.comment()));
    }
    return switch (block.type()) {
      case "ready" -> new Ready(position(json(data)));
      case "reset" -> new Reset();
      case "set" -> new Changed(change(Kind.SET, json(data)));
      case "delete" -> new Changed(change(Kind.DELETE, json(data)));
      case "expire" -> new Changed(change(Kind.EXPIRE, json(data)));
      default -> new Other();
    };
  }

  private static long current(@Nullable String comment) {
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
      throw new MalformedAnswerException("an event that is not JSON", null); // it may quote values
    }
  }

  private static Change change(Kind kind, JsonNode data) {
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
    // Somebody wrote by hand and gave no version, which JSON has no number for.
    long known =
        kind == Kind.SET && version.longValue() == 0 ? Change.UNKNOWN_VERSION : version.longValue();
    return new Change(
        kind, WireReader.legalKey(key.textValue()), known, etag.textValue(), position(data));
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
