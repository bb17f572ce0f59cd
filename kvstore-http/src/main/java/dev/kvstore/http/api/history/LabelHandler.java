package dev.kvstore.http.api.history;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVLabel;
import dev.kvstore.http.api.HistoryRequests;
import dev.kvstore.http.api.WriteRequests;
import dev.kvstore.http.route.Parameters;
import dev.kvstore.http.route.RequestContext;
import dev.kvstore.http.route.ResourceHandler;
import dev.kvstore.http.wire.Conditions;
import dev.kvstore.http.wire.DocumentWriter;
import dev.kvstore.http.wire.Format;
import dev.kvstore.http.wire.RequestBodies;
import dev.kvstore.http.wire.ResponseWriter;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/** {@code /v1/stores/{store}/labels/{name}}: a name for an instant. */
public record LabelHandler(RequestBodies bodies, ResponseWriter responses, InstantSource clock)
    implements ResourceHandler {
  @Override
  public void handle(RequestContext context) throws IOException {
    context.parameters();
    switch (context.method()) {
      case "PUT" -> put(context);
      case "DELETE" -> delete(context);
      default -> get(context);
    }
  }

  private void get(RequestContext context) throws IOException {
    Format format = Format.ofAnswer(context.request());
    String name = context.path().name();
    KVLabel label = HistoryRequests.history(context)
        .label(name)
        .orElseThrow(() -> HistoryRequests.labelNotFound(name));
    context.allowRevalidation();
    responses.document(context, format, 200, out -> write(out, label));
  }

  private void put(RequestContext context) throws IOException {
    Conditions.refuseAll(context.request());
    Format format = Format.ofAnswer(context.request());
    KVLabel label = label(context);
    context.recheck();
    boolean created = HistoryRequests.history(context).setLabel(label);
    responses.document(context, format, created ? 201 : 200, out -> write(out, label));
  }

  private KVLabel label(RequestContext context) throws IOException {
    BsonDocument body = context.bodySize() == 0 ? new BsonDocument() : bodies.document(context);
    boolean legal = Set.of("at", "comment").containsAll(body.keySet())
        && body.keySet().stream().allMatch(body::isString);
    if (!legal) {
      throw new InvalidInputException(
          ErrorCode.INVALID_VALUE,
          "The body must be an object with texts 'at' and 'comment', both of which may be missing");
    }
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    String at = text(body, "at");
    Instant instant = at == null ? now : HistoryRequests.at(context, at);
    if (instant.isAfter(now)) {
      throw Parameters.invalid("The instant " + instant + " is in the future");
    }
    return new KVLabel(
        context.path().name(),
        instant,
        Optional.ofNullable(WriteRequests.author(context)),
        Optional.ofNullable(WriteRequests.comment(context, text(body, "comment"))));
  }

  private static @Nullable String text(BsonDocument body, String name) {
    return body.containsKey(name) ? body.getString(name).getValue() : null;
  }

  private static void delete(RequestContext context) {
    Conditions.refuseAll(context.request());
    String name = context.path().name();
    if (!HistoryRequests.history(context).deleteLabel(name)) {
      throw HistoryRequests.labelNotFound(name);
    }
    ResponseWriter.answerEmpty(context, 204);
  }

  private static void write(DocumentWriter out, KVLabel label) throws IOException {
    out.startDocument();
    out.name("name").text(label.name());
    out.name("at").time(label.at());
    out.name("by").textOrNothing(label.author());
    out.name("comment").textOrNothing(label.comment());
    out.endDocument();
  }

  /** {@code /v1/stores/{store}/labels}: all labels, in the order of their instants. */
  public record All(ResponseWriter responses) implements ResourceHandler {
    @Override
    public void handle(RequestContext context) throws IOException {
      context.parameters();
      Format format = Format.ofAnswer(context.request());
      List<KVLabel> labels = HistoryRequests.history(context).labels();
      context.allowRevalidation();
      responses.document(context, format, 200, out -> {
        out.startDocument();
        out.name("items").startArray();
        for (KVLabel label : labels) {
          write(out, label);
        }
        out.endArray();
        out.endDocument();
      });
    }
  }
}
