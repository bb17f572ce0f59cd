package dev.kvstore.http.api.history;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVLabel;
import dev.kvstore.ReadOptions;
import dev.kvstore.http.api.HistoryRequests;
import dev.kvstore.http.api.WriteRequests;
import dev.kvstore.http.auth.AccessControl;
import dev.kvstore.http.route.Parameters;
import dev.kvstore.http.route.RequestContext;
import dev.kvstore.http.route.ResourceHandler;
import dev.kvstore.http.wire.Conditions;
import dev.kvstore.http.wire.DocumentWriter;
import dev.kvstore.http.wire.Format;
import dev.kvstore.http.wire.RequestBodies;
import dev.kvstore.http.wire.ResponseWriter;
import dev.kvstore.internal.typed.TypedHistory;
import dev.kvstore.spi.Cause;
import dev.kvstore.spi.KeyRange;
import java.io.IOException;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/** {@code /v1/stores/{store}/labels/{name}}: a name for an instant. */
public record LabelHandler(RequestBodies bodies, ResponseWriter responses)
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
    BsonDocument body = body(context);
    context.recheck();
    TypedHistory history = HistoryRequests.history(context);
    String name = context.path().name();
    boolean created = history.label(name).isEmpty();
    if (!created) {
      AccessControl.checkPrefix(context.principal(), "");
    }
    Cause cause = new Cause(
        WriteRequests.author(context),
        WriteRequests.comment(context, text(body, "comment")),
        null,
        null);
    String at = text(body, "at");
    KVLabel label;
    if (at == null) {
      label = history.setLabel(name, cause);
    } else {
      label = cause.label(name, reachable(context, at));
      history.setLabel(label);
    }
    responses.document(context, format, created ? 201 : 200, out -> write(out, label));
  }

  private BsonDocument body(RequestContext context) throws IOException {
    BsonDocument body = context.bodySize() == 0 ? new BsonDocument() : bodies.document(context);
    boolean legal = Set.of("at", "comment").containsAll(body.keySet())
        && body.keySet().stream().allMatch(body::isString);
    if (!legal) {
      throw new InvalidInputException(
          ErrorCode.INVALID_VALUE,
          "The body must be an object with texts 'at' and 'comment', both of which may be missing");
    }
    return body;
  }

  /** Returns the instant if the store can be read as of it. */
  private static Instant reachable(RequestContext context, String at) {
    Instant instant = HistoryRequests.at(context, at);
    context.entries().count(KeyRange.ALL, 1, ReadOptions.DEFAULT.at(instant));
    return instant;
  }

  private static @Nullable String text(BsonDocument body, String name) {
    return body.containsKey(name) ? body.getString(name).getValue() : null;
  }

  private static void delete(RequestContext context) {
    Conditions.refuseAll(context.request());
    String name = context.path().name();
    TypedHistory history = HistoryRequests.history(context);
    if (history.label(name).isPresent()) {
      AccessControl.checkPrefix(context.principal(), "");
    }
    if (!history.deleteLabel(name)) {
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

  /** {@code /v1/stores/{store}/labels}: labels, ordered by instant and name. */
  public record All(ResponseWriter responses) implements ResourceHandler {
    @Override
    public void handle(RequestContext context) throws IOException {
      Parameters parameters = context.parameters("limit", "after");
      int limit = parameters.limit();
      Position after = Position.parse(parameters.text("after"));
      Format format = Format.ofAnswer(context.request());
      List<KVLabel> rest = HistoryRequests.history(context).labels().stream()
          .filter(label -> Position.of(label).compareTo(after) > 0)
          .sorted(Comparator.comparing(Position::of))
          .toList();
      List<KVLabel> page = rest.subList(0, Math.min(limit, rest.size()));
      String next = rest.size() > limit ? Position.of(page.get(limit - 1)).toString() : null;
      if (next != null) {
        String path = "/v1/stores/" + context.store() + "/labels";
        context.header("Link", parameters.nextLink(path, next));
      }
      context.allowRevalidation();
      responses.document(context, format, 200, out -> {
        out.startDocument();
        out.name("items").startArray();
        for (KVLabel label : page) {
          write(out, label);
        }
        out.endArray();
        if (next != null) {
          out.name("next").text(next);
        }
        out.endDocument();
      });
    }

    /** The position of a label in the list; the label may have been deleted. */
    private record Position(Instant at, String name) implements Comparable<Position> {
      static Position of(KVLabel label) {
        return new Position(label.at(), label.name());
      }

      static Position parse(@Nullable String text) {
        if (text == null) {
          return new Position(Instant.MIN, "");
        }
        int space = text.indexOf(' ');
        return Parameters.parseInstant(text.substring(0, Math.max(0, space)))
            .map(at -> new Position(at, text.substring(space + 1)))
            .orElseThrow(() ->
                Parameters.invalid("The parameter 'after' is not the 'next' of a page of labels"));
      }

      @Override
      public int compareTo(Position other) {
        int byTime = at.compareTo(other.at);
        return byTime == 0 ? name.compareTo(other.name) : byTime;
      }

      @Override
      public String toString() {
        return at + " " + name;
      }
    }
  }
}
