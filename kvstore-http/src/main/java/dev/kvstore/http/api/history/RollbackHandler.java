package dev.kvstore.http.api.history;

import dev.kvstore.ChangeReport;
import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.RollbackOptions;
import dev.kvstore.http.api.HistoryRequests;
import dev.kvstore.http.api.IdempotencyCache;
import dev.kvstore.http.api.MeteredStore;
import dev.kvstore.http.api.WriteRequests;
import dev.kvstore.http.auth.AccessControl;
import dev.kvstore.http.route.Parameters;
import dev.kvstore.http.route.RequestContext;
import dev.kvstore.http.route.ResourceHandler;
import dev.kvstore.http.wire.Format;
import dev.kvstore.http.wire.ReportDocument;
import dev.kvstore.http.wire.RequestBodies;
import dev.kvstore.http.wire.ResponseWriter;
import dev.kvstore.internal.typed.Rollback;
import java.io.IOException;
import java.time.Instant;
import java.util.Set;
import org.bson.BsonDocument;

/** {@code /v1/stores/{store}/rollbacks}: restores all entries under a prefix. */
public record RollbackHandler(
    RequestBodies bodies, ResponseWriter responses, IdempotencyCache writes)
    implements ResourceHandler {
  @Override
  public void handle(RequestContext context) throws IOException {
    Parameters parameters = context.parameters("prefix", "dryRun");
    if (!parameters.has("prefix")) {
      throw Parameters.invalid(
          "The parameter 'prefix' is needed; an empty one means all keys of the store");
    }
    String prefix = parameters.prefix();
    AccessControl.checkPrefix(context.principal(), prefix);
    RollbackOptions options = WriteRequests.rollbackOptions(context, parameters);
    Format format = Format.ofAnswer(context.request());
    BsonDocument body = bodies.document(context);
    if (!body.keySet().equals(Set.of("at")) || !body.isString("at")) {
      throw new InvalidInputException(
          ErrorCode.INVALID_VALUE,
          "The body must be {\"at\": \"…\"} with an instant or a label, and nothing else");
    }
    String at = body.getString("at").getValue();
    ChangeReport report = options.isDryRun()
        ? rollback(context, prefix, HistoryRequests.at(context, at), options)
        : writes.once(context, () -> {
          Instant instant = HistoryRequests.at(context, at);
          return context.audited("rolled-back", () -> rollback(context, prefix, instant, options));
        });
    responses.document(context, format, 200, out -> ReportDocument.write(out, report));
  }

  private static ChangeReport rollback(
      RequestContext context, String prefix, Instant at, RollbackOptions options) {
    HistoryRequests.history(context).history(); // or the store has none
    return new Rollback(
            new MeteredStore(context.entries(), context),
            prefix,
            at,
            options,
            bytes -> MeteredStore.hold(context, bytes))
        .run();
  }
}
