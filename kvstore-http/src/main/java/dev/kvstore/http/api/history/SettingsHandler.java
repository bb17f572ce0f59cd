package dev.kvstore.http.api.history;

import dev.kvstore.Durations;
import dev.kvstore.ErrorCode;
import dev.kvstore.HistorySettings;
import dev.kvstore.InvalidInputException;
import dev.kvstore.http.api.HistoryRequests;
import dev.kvstore.http.route.RequestContext;
import dev.kvstore.http.route.ResourceHandler;
import dev.kvstore.http.wire.Conditions;
import dev.kvstore.http.wire.DocumentWriter;
import dev.kvstore.http.wire.Format;
import dev.kvstore.http.wire.RequestBodies;
import dev.kvstore.http.wire.ResponseWriter;
import dev.kvstore.internal.typed.TypedHistory;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/** {@code /v1/stores/{store}/settings}: the settings of this store. */
public record SettingsHandler(RequestBodies bodies, ResponseWriter responses)
    implements ResourceHandler {
  /**
   * The last member is read-only; it is accepted and ignored, so that a response can be sent back.
   */
  private static final Set<String> MEMBERS =
      Set.of("enabled", "retention", "revisions", "reachesBackTo");

  @Override
  public void handle(RequestContext context) throws IOException {
    context.parameters();
    Format format = Format.ofAnswer(context.request());
    TypedHistory history = HistoryRequests.history(context);
    if (context.method().equals("PUT")) {
      Conditions.refuseAll(context.request());
      HistorySettings settings = settings(bodies.document(context), history.settings());
      context.recheck();
      context.audited("settings-changed", () -> {
        history.configure(settings);
        return settings;
      });
    } else {
      context.allowRevalidation();
    }
    HistorySettings present = history.settings();
    boolean told = present.isEnabled() && !context.isWrite();
    Instant reached = told ? history.reachesBackTo() : null;
    responses.document(context, format, 200, out -> write(out, present, reached));
  }

  /** Returns the settings changed by the body; members that it omits are unchanged. */
  private static HistorySettings settings(BsonDocument body, HistorySettings present) {
    if (!body.keySet().equals(Set.of("history")) || !body.isDocument("history")) {
      throw malformed("it must have the member 'history' alone, an object");
    }
    BsonDocument history = body.getDocument("history");
    if (!MEMBERS.containsAll(history.keySet())) {
      throw malformed("'history' may have the members 'enabled', 'retention' and 'revisions'");
    }
    HistorySettings settings =
        enabled(history, present) ? HistorySettings.DEFAULT : HistorySettings.OFF;
    settings = retention(history, present, settings);
    return revisions(history, present, settings);
  }

  private static boolean enabled(BsonDocument history, HistorySettings present) {
    if (!history.containsKey("enabled")) {
      return present.isEnabled();
    }
    if (!history.isBoolean("enabled")) {
      throw malformed("'enabled' must be true or false");
    }
    return history.getBoolean("enabled").getValue();
  }

  private static HistorySettings retention(
      BsonDocument history, HistorySettings present, HistorySettings settings) {
    if (!history.containsKey("retention")) {
      return present.retention().map(settings::retention).orElseGet(settings::forever);
    }
    BsonValue retention = history.get("retention");
    if (retention.isNull()) {
      return settings.forever();
    }
    try {
      if (retention.isString()) {
        return settings.retention(Durations.parse(retention.asString().getValue()));
      }
    } catch (IllegalArgumentException e) {
      throw malformed("'retention' " + e.getMessage());
    }
    throw malformed("'retention' must be a duration, or null for ever");
  }

  private static HistorySettings revisions(
      BsonDocument history, HistorySettings present, HistorySettings settings) {
    if (!history.containsKey("revisions")) {
      return present.revisions().isPresent()
          ? settings.revisions(present.revisions().getAsInt())
          : settings;
    }
    BsonValue revisions = history.get("revisions");
    if (revisions.isNull()) {
      return settings;
    }
    if (revisions.isInt32()) {
      return settings.revisions(revisions.asInt32().getValue());
    }
    throw malformed("'revisions' must be a whole number, or null for no limit");
  }

  private static InvalidInputException malformed(String problem) {
    return new InvalidInputException(
        ErrorCode.INVALID_VALUE,
        "The body must be like {\"history\": {\"enabled\": true, \"retention\": \"P90D\","
            + " \"revisions\": null}}; " + problem);
  }

  private static void write(DocumentWriter out, HistorySettings settings, @Nullable Instant reached)
      throws IOException {
    out.startDocument();
    out.name("history").startDocument();
    out.name("enabled").flag(settings.isEnabled());
    out.name("retention").textOrNothing(settings.retention().map(SettingsHandler::iso));
    out.name("revisions");
    if (settings.revisions().isPresent()) {
      out.number(settings.revisions().getAsInt());
    } else {
      out.nothing();
    }
    if (reached != null) {
      out.name("reachesBackTo").time(reached);
    }
    out.endDocument();
    out.endDocument();
  }

  /** Returns the duration in ISO-8601, in days if possible; Java would use hours. */
  private static String iso(Duration duration) {
    Duration rest = duration.minusDays(duration.toDays());
    return duration.toDays() == 0
        ? duration.toString()
        : "P" + duration.toDays() + "D" + (rest.isZero() ? "" : rest.toString().substring(1));
  }
}
