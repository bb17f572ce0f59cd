package dev.kvstore.http.api.values;

import dev.kvstore.DeleteOptions;
import dev.kvstore.DeleteResult;
import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVQuery;
import dev.kvstore.Names;
import dev.kvstore.WriteCondition;
import dev.kvstore.http.api.IdempotencyCache;
import dev.kvstore.http.api.WriteRequests;
import dev.kvstore.http.auth.AccessControl;
import dev.kvstore.http.route.RequestContext;
import dev.kvstore.http.route.ResourceHandler;
import dev.kvstore.http.wire.DocumentWriter;
import dev.kvstore.http.wire.Format;
import dev.kvstore.http.wire.RequestBodies;
import dev.kvstore.http.wire.ResponseWriter;
import dev.kvstore.internal.typed.Deletion;
import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.bson.BsonDocument;
import org.bson.BsonInvalidOperationException;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/** {@code /v1/stores/{store}/deletions}: deletes many entries. */
public record DeletionsHandler(
    RequestBodies bodies, ResponseWriter responses, IdempotencyCache writes)
    implements ResourceHandler {
  /**
   * The maximum number of entries of one deletion, which is one transaction if the database has
   * them.
   */
  private static final int MOST = 10_000;

  /** The maximum number of deleted keys listed in a response. */
  private static final int SHOWN = 100;

  @Override
  public void handle(RequestContext context) throws IOException {
    DeleteOptions options =
        WriteRequests.deleteOptions(context, context.parameters("dryRun", "atomic"));
    Format format = Format.ofAnswer(context.request());
    BsonDocument body = bodies.document(context);
    Supplier<DeleteResult> deletion;
    Set<String> named = Set.of();
    if (body.keySet().equals(Set.of("prefix")) && body.isString("prefix")) {
      String prefix = KVQuery.prefix(body.getString("prefix").getValue()).prefix();
      AccessControl.checkDeletion(context.principal(), prefix);
      deletion = () -> new Deletion(context.entries(), options).under(prefix, MOST);
    } else if (body.keySet().equals(Set.of("entries")) && body.isArray("entries")) {
      Map<String, WriteCondition> conditions = conditions(body.getArray("entries"));
      named = conditions.keySet();
      AccessControl.checkKeys(context.principal(), context.store(), named);
      deletion = () -> new Deletion(context.entries(), options).of(conditions);
    } else {
      throw malformed("it is neither", null);
    }
    DeleteResult result = options.isDryRun() ? deletion.get() : writes.once(context, deletion);
    List<String> changed = named.isEmpty() ? result.changed() : without(result.keys(), named);
    responses.document(
        context, format, 200, out -> write(out, result, changed, options.isDryRun()));
  }

  private static List<String> without(Collection<String> some, Collection<String> all) {
    Set<String> rest = new LinkedHashSet<>(all);
    some.forEach(rest::remove);
    return List.copyOf(rest);
  }

  private static Map<String, WriteCondition> conditions(List<BsonValue> entries) {
    Deletion.checkSize(entries.size(), MOST);
    Map<String, WriteCondition> conditions = new LinkedHashMap<>();
    for (BsonValue value : entries) {
      try {
        BsonDocument entry = value.asDocument();
        String key = Names.checkKey(entry.getString("key").getValue());
        WriteCondition condition = entry.containsKey("etag")
            ? WriteCondition.ifMatch(entry.getString("etag").getValue())
            : WriteCondition.NONE;
        if (entry.size() > (entry.containsKey("etag") ? 2 : 1)) {
          throw malformed("an entry has other members than 'key' and 'etag'", null);
        }
        if (conditions.put(key, condition) != null) {
          throw malformed("key '" + key + "' is there twice", null);
        }
      } catch (BsonInvalidOperationException e) {
        throw malformed("an entry is no object with texts 'key' and, maybe, 'etag'", e);
      }
    }
    return conditions;
  }

  private static void write(
      DocumentWriter out, DeleteResult result, List<String> changed, boolean dryRun)
      throws IOException {
    int matched = result.keys().size();
    out.startDocument();
    if (dryRun) {
      out.name("dryRun").flag(true);
    }
    out.name("matched").number(matched);
    out.name("deleted").number(dryRun ? 0 : matched);
    out.name("keys");
    texts(out, result.keys().subList(0, Math.min(SHOWN, matched)));
    out.name("changed");
    texts(out, changed);
    if (result.fingerprint().isPresent()) {
      out.name("fingerprint").text(result.fingerprint().get());
    }
    out.endDocument();
  }

  private static void texts(DocumentWriter out, List<String> texts) throws IOException {
    out.startArray();
    for (String text : texts) {
      out.text(text);
    }
    out.endArray();
  }

  private static InvalidInputException malformed(String problem, @Nullable Throwable cause) {
    return new InvalidInputException(
        ErrorCode.INVALID_VALUE,
        "The body must be {\"prefix\": …} or {\"entries\": [{\"key\": …, \"etag\": …}, …]}; "
            + problem,
        cause);
  }
}
