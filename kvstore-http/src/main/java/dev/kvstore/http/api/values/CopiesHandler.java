package dev.kvstore.http.api.values;

import dev.kvstore.ChangeReport;
import dev.kvstore.CopyOptions;
import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVQuery;
import dev.kvstore.Names;
import dev.kvstore.ReadOptions;
import dev.kvstore.http.api.IdempotencyCache;
import dev.kvstore.http.api.MeteredStore;
import dev.kvstore.http.api.WriteRequests;
import dev.kvstore.http.auth.AccessControl;
import dev.kvstore.http.auth.Principal;
import dev.kvstore.http.route.RequestContext;
import dev.kvstore.http.route.ResourceHandler;
import dev.kvstore.http.wire.Format;
import dev.kvstore.http.wire.ReportDocument;
import dev.kvstore.http.wire.RequestBodies;
import dev.kvstore.http.wire.ResponseWriter;
import dev.kvstore.internal.typed.Copy;
import dev.kvstore.spi.EntryDatabase;
import dev.kvstore.spi.EntryStore;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonNull;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/** {@code /v1/stores/{store}/copies}: copies or moves many entries, also to another store. */
public record CopiesHandler(
    EntryDatabase database, RequestBodies bodies, ResponseWriter responses, IdempotencyCache writes)
    implements ResourceHandler {
  /** The most keys that a request names. */
  private static final int MOST = 10_000;

  private static final Set<String> MEMBERS =
      Set.of("prefix", "keys", "toStore", "toPrefix", "mode", "move");

  @Override
  public void handle(RequestContext context) throws IOException {
    CopyOptions options = WriteRequests.copyOptions(context, context.parameters("dryRun"));
    Format format = Format.ofAnswer(context.request());
    Request request = request(context, bodies.document(context), options);
    request.checkAccess(context.principal(), context.store());
    ChangeReport report = options.isDryRun()
        ? copy(context, request)
        : writes.once(
            context,
            () -> context.audited("copied", request.toStore, () -> copy(context, request)));
    responses.document(context, format, 200, out -> ReportDocument.write(out, report));
  }

  private ChangeReport copy(RequestContext context, Request request) {
    EntryStore from = new MeteredStore(context.entries(), context);
    EntryStore to = new MeteredStore(context.guard(database.store(request.toStore)), context);
    ChangeReport report = request.keys == null
        ? Copy.ofPrefix(
            from, request.prefix, to, request.options, bytes -> MeteredStore.hold(context, bytes))
        : Copy.ofKeys(
            from, request.keys, to, request.options, bytes -> MeteredStore.hold(context, bytes));
    // What reads the other store next must see the copies, too.
    context.demand(ReadOptions.atLeast(context.readOptions().atLeast().max(to.syncToken())));
    return report;
  }

  private record Request(
      String prefix, @Nullable Set<String> keys, String toStore, CopyOptions options) {
    /** The keys and prefixes are checked whether or not there are entries. */
    void checkAccess(Principal principal, String store) {
      AccessControl.checkStore(principal, toStore);
      if (keys == null) {
        if (options.isMoving()) {
          AccessControl.checkDeletion(principal, prefix);
        }
        AccessControl.checkPrefix(principal, prefix);
        AccessControl.checkPrefix(principal, options.toPrefix().orElse(prefix));
      } else {
        String toPrefix = options.toPrefix().orElse("");
        AccessControl.checkKeys(principal, store, keys);
        AccessControl.checkKeys(
            principal,
            toStore,
            keys.stream().map(key -> Names.checkKey(toPrefix + key)).toList());
      }
    }
  }

  private static Request request(RequestContext context, BsonDocument body, CopyOptions options) {
    for (String member : body.keySet()) {
      if (!MEMBERS.contains(member)) {
        throw malformed("it has another member");
      }
    }
    String toStore = Names.checkStore(text(body, "toStore", context.store()));
    CopyOptions chosen =
        body.containsKey("toPrefix") ? options.toPrefix(text(body, "toPrefix", "")) : options;
    switch (text(body, "mode", "merge")) {
      case "merge" -> {}
      case "defaults" -> chosen = chosen.defaults();
      default -> throw malformed("'mode' is neither \"merge\" nor \"defaults\"");
    }
    if (!body.get("move", BsonBoolean.FALSE).isBoolean()) {
      throw malformed("'move' is neither true nor false");
    }
    chosen = body.getBoolean("move", BsonBoolean.FALSE).getValue() ? chosen.moving() : chosen;
    if (body.containsKey("prefix") == body.containsKey("keys")) {
      throw malformed("it must have one of 'prefix' and 'keys'");
    }
    if (body.containsKey("prefix")) {
      String prefix = KVQuery.prefix(text(body, "prefix", "")).prefix();
      return new Request(prefix, null, toStore, chosen);
    }
    return new Request("", keys(body.get("keys", BsonNull.VALUE)), toStore, chosen);
  }

  private static Set<String> keys(BsonValue value) {
    List<BsonValue> values = value.isArray() ? value.asArray() : List.of();
    if (!value.isArray() || !values.stream().allMatch(BsonValue::isString)) {
      throw malformed("'keys' is not an array of texts");
    }
    if (values.size() > MOST) {
      throw new InvalidInputException(
          ErrorCode.TOO_LARGE, "At most " + MOST + " keys can be copied at once");
    }
    Set<String> keys = new LinkedHashSet<>();
    values.forEach(key -> keys.add(Names.checkKey(key.asString().getValue())));
    return keys;
  }

  private static String text(BsonDocument body, String member, String fallback) {
    BsonValue value = body.get(member, new BsonString(fallback));
    if (!value.isString()) {
      throw malformed("'" + member + "' is not a text");
    }
    return value.asString().getValue();
  }

  private static InvalidInputException malformed(String problem) {
    return new InvalidInputException(
        ErrorCode.INVALID_VALUE,
        "The body must be {\"prefix\": …} or {\"keys\": […]}, maybe with 'toStore', 'toPrefix',"
            + " 'mode' and 'move'; " + problem);
  }
}
