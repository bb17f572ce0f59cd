package dev.kvstore.http.api.history;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVEntry;
import dev.kvstore.RevisionSelector;
import dev.kvstore.WriteOptions;
import dev.kvstore.http.api.HistoryRequests;
import dev.kvstore.http.api.IdempotencyCache;
import dev.kvstore.http.api.WriteRequests;
import dev.kvstore.http.route.RequestContext;
import dev.kvstore.http.route.ResourceHandler;
import dev.kvstore.http.wire.Conditions;
import dev.kvstore.http.wire.Format;
import dev.kvstore.http.wire.RequestBodies;
import dev.kvstore.http.wire.ResponseWriter;
import dev.kvstore.internal.typed.TypedHistory;
import dev.kvstore.spi.RawValue;
import java.io.IOException;
import org.bson.BsonDocument;
import org.bson.BsonValue;

/** {@code /v1/stores/{store}/rollbacks/{key}}: restores an earlier value of a key. */
public record KeyRollbackHandler(
    RequestBodies bodies, ResponseWriter responses, IdempotencyCache writes)
    implements ResourceHandler {
  @Override
  public void handle(RequestContext context) throws IOException {
    WriteOptions options =
        WriteRequests.options(context, context.parameters(), Conditions.ofWrite(context.request()));
    Format format = Format.ofAnswer(context.request());
    BsonDocument body = bodies.document(context);
    KVEntry<RawValue> restored = writes.once(context, () -> {
      RevisionSelector revision = selector(context, body);
      return context.audited("rolled-back", () -> restore(context, format, revision, options));
    });
    if (context.isReplayed()) {
      responses.reserve(context, format, ResponseWriter.present(restored));
    }
    responses.entry(context, format, 200, restored);
  }

  private KVEntry<RawValue> restore(
      RequestContext context, Format format, RevisionSelector revision, WriteOptions options) {
    TypedHistory history = HistoryRequests.history(context);
    KVEntry<RawValue> earlier = history.earlier(context.key(), revision);
    responses.reserve(context, format, ResponseWriter.present(earlier));
    return history.restore(earlier, options);
  }

  private static RevisionSelector selector(RequestContext context, BsonDocument body) {
    if (body.size() == 1) {
      BsonValue value = body.values().iterator().next();
      switch (body.getFirstKey()) {
        case "version" -> {
          if (value.isInt32() || value.isInt64()) {
            return RevisionSelector.version(value.asNumber().longValue());
          }
        }
        case "etag" -> {
          if (value.isString()) {
            return RevisionSelector.etag(value.asString().getValue());
          }
        }
        case "at" -> {
          if (value.isString()) {
            return RevisionSelector.at(
                HistoryRequests.at(context, value.asString().getValue()));
          }
        }
        default -> {
          // fails like a value of the wrong type
        }
      }
    }
    throw new InvalidInputException(
        ErrorCode.INVALID_VALUE,
        "The body must be {\"version\": n}, {\"etag\": \"…\"} or {\"at\": \"…\"}, where 'at' is an"
            + " instant or a label");
  }
}
