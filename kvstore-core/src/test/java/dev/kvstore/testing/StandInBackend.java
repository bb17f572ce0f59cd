package dev.kvstore.testing;

import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import io.netty.channel.Channel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The stand-in for MongoDB, with corrections where the underlying library differs from recordings
 * of MongoDB 4.4: its replies are live documents that other connections change, text is in UTF-16
 * order, sums that exceed an int64 wrap around, member names with a leading dollar are refused only
 * at the top level, lists of collections ignore the requested name, change streams are not refused
 * as by a standalone server, and there are no pipeline updates.
 */
final class StandInBackend extends MemoryBackend {
  @Override
  public synchronized Document handleMessage(MongoMessage message) {
    Document query = copy(message.getDocument(), StandInBackend::sortable);
    Document reply =
        super.handleMessage(new MongoMessage(message.getChannel(), message.getHeader(), query));
    return copy(reply, StandInBackend::readable);
  }

  private static Document copy(Document document, IntUnaryOperator map) {
    Document copy = new Document();
    document.forEach((name, member) -> copy.put(name, copyValue(member, map)));
    return copy;
  }

  private static @Nullable Object copyValue(@Nullable Object value, IntUnaryOperator map) {
    if (value instanceof Document document) {
      return copy(document, map);
    }
    if (value instanceof Collection<?> list) {
      return list.stream().map(item -> copyValue(item, map)).collect(Collectors.toList());
    }
    if (value instanceof String text) {
      StringBuilder copy = new StringBuilder(text.length());
      text.chars().map(map).forEach(unit -> copy.append((char) unit));
      return copy.toString();
    }
    return value;
  }

  /**
   * Maps surrogates after all other UTF-16 units, so that the order of units is that of code
   * points, which is the order of UTF-8.
   */
  private static int sortable(int unit) {
    return unit >= 0xE000 ? unit - 0x800 : unit >= 0xD800 ? unit + 0x2000 : unit;
  }

  private static int readable(int unit) {
    return unit >= 0xF800 ? unit - 0x2000 : unit >= 0xD800 ? unit + 0x800 : unit;
  }

  @Override
  public synchronized Document handleCommand(
      Channel channel, String database, String command, Document query) {
    if (command.equals("createIndexes")) {
      checkIndexes(channel, database, query);
    }
    if (command.equals("dropIndexes") && query.get("index") instanceof Document keys) {
      Document named = query.clone();
      named.put("index", keys.keySet().iterator().next() + "_1");
      return handleCommand(channel, database, command, named);
    }
    if ((command.equals("update") || command.equals("delete"))
        && !hasCollection(channel, database, query.get(command))
        && !upserts(query)) {
      return new Document("n", 0).append("nModified", 0).append("ok", 1.0);
    }
    if (command.equals("findAndModify")) {
      if (query.get("update") instanceof List<?> pipeline) {
        Document plain = query.clone();
        plain.putAll(replacing(
            channel,
            database,
            Objects.requireNonNull(query.get("findAndModify")),
            (Document) Objects.requireNonNull(query.get("query")),
            pipeline,
            Boolean.TRUE.equals(query.get("upsert")),
            "query",
            "update"));
        return handleCommand(channel, database, command, plain);
      }
      check(channel, database, query);
    } else if (command.equals("update")
        && query.get("updates") instanceof List<?> updates
        && updates.stream().anyMatch(update -> ((Document) update).get("u") instanceof List)) {
      return updateByPipelines(channel, database, query, updates);
    } else if (command.equals("update") && query.get("updates") instanceof List<?> updates) {
      updates.forEach(update -> checkNames(((Document) update).get("u")));
    } else if (command.equals("aggregate")
        && query.get("pipeline") instanceof List<?> stages
        && !stages.isEmpty()
        && stages.get(0) instanceof Document first
        && first.containsKey("$changeStream")) {
      throw new MongoServerError(
          40573, "Location40573", "The $changeStream stage is only supported on replica sets");
    }
    if (command.equals("find")
        && query.get("filter") instanceof Document filter
        && filter.get("_id") instanceof Document key
        && key.keySet().equals(Set.of("$in"))
        && key.get("$in") instanceof Collection<?> keys
        && !query.containsKey("limit")) {
      return findByKeys(channel, database, query, filter, Set.copyOf(keys));
    }
    Document reply = super.handleCommand(channel, database, command, query);
    if (command.equals("listCollections")
        && query.get("filter") instanceof Document filter
        && filter.get("name") instanceof String name) {
      keep(reply, collection -> name.equals(collection.get("name")));
    }
    return reply;
  }

  private boolean hasCollection(Channel channel, String database, @Nullable Object name) {
    Document list = new Document("listCollections", 1).append("filter", new Document("name", name));
    Document reply = handleCommand(channel, database, "listCollections", list);
    return reply.get("cursor") instanceof Document cursor
        && cursor.get("firstBatch") instanceof List<?> found
        && !found.isEmpty();
  }

  private static boolean upserts(Document query) {
    return query.get("updates") instanceof List<?> updates
        && updates.stream()
            .anyMatch(update -> Boolean.TRUE.equals(((Document) update).get("upsert")));
  }

  private void checkIndexes(Channel channel, String database, Document query) {
    Object collection = query.get("createIndexes");
    if (!hasCollection(channel, database, collection)) {
      return;
    }
    Document list = new Document("listIndexes", collection);
    Document reply = super.handleCommand(channel, database, "listIndexes", list);
    if (reply.get("cursor") instanceof Document cursor
        && cursor.get("firstBatch") instanceof Iterable<?> present
        && query.get("indexes") instanceof List<?> indexes) {
      for (Object each : present) {
        indexes.forEach(index -> checkIndex((Document) each, (Document) index));
      }
    }
  }

  private static void checkIndex(Document present, Document index) {
    Number expiry = (Number) index.get("expireAfterSeconds");
    if (Objects.equals(index.get("name"), present.get("name"))
        && expiry != null
        && present.get("expireAfterSeconds") instanceof Number other
        && expiry.longValue() != other.longValue()) {
      throw new MongoServerError(
          85,
          "IndexOptionsConflict",
          "An equivalent index already exists with the same name but different options.");
    }
  }

  private static void keep(Document reply, Predicate<Document> wanted) {
    if (reply.get("cursor") instanceof Document cursor
        && cursor.get("firstBatch") instanceof List<?> found) {
      cursor.put(
          "firstBatch",
          found.stream().filter(document -> wanted.test((Document) document)).toList());
    }
  }

  /**
   * Finds documents by key. The stand-in would compare each document with each key, which is too
   * slow for thousands.
   */
  private Document findByKeys(
      Channel channel, String database, Document query, Document filter, Set<?> keys) {
    Document rest = filter.clone();
    rest.remove("_id");
    Document all = query.clone();
    all.put("filter", rest);
    all.put("batchSize", Integer.MAX_VALUE);
    Document reply = super.handleCommand(channel, database, "find", all);
    keep(reply, document -> keys.contains(document.get("_id")));
    return reply;
  }

  /** Executes the updates one by one, because each must see the previous ones. */
  private Document updateByPipelines(
      Channel channel, String database, Document query, List<?> updates) {
    boolean ordered = !Boolean.FALSE.equals(query.get("ordered"));
    int n = 0;
    int modified = 0;
    List<Object> upserted = new ArrayList<>();
    List<Object> errors = new ArrayList<>();
    for (int i = 0; i < updates.size() && !(ordered && !errors.isEmpty()); i++) {
      Document update = ((Document) updates.get(i)).clone();
      Document one = query.clone();
      if (update.get("u") instanceof List<?> pipeline) {
        try {
          update.putAll(replacing(
              channel,
              database,
              Objects.requireNonNull(query.get("update")),
              (Document) Objects.requireNonNull(update.get("q")),
              pipeline,
              Boolean.TRUE.equals(update.get("upsert")),
              "q",
              "u"));
        } catch (MongoServerError e) {
          errors.add(new Document("index", i)
              .append("code", e.getCode())
              .append("errmsg", e.getMessage()));
          continue;
        }
      }
      one.put("updates", List.of(update));
      Document reply = handleCommand(channel, database, "update", one);
      n += ((Number) Objects.requireNonNull(reply.get("n"))).intValue();
      modified += ((Number) Objects.requireNonNull(reply.get("nModified"))).intValue();
      addIndexed(upserted, reply.get("upserted"), i);
      addIndexed(errors, reply.get("writeErrors"), i);
    }
    Document reply = new Document("n", n).append("nModified", modified);
    if (!upserted.isEmpty()) {
      reply.append("upserted", upserted);
    }
    if (!errors.isEmpty()) {
      reply.append("writeErrors", errors);
    }
    return reply.append("ok", 1.0);
  }

  private static void addIndexed(List<Object> all, @Nullable Object some, int index) {
    if (some instanceof List<?> documents) {
      documents.forEach(document -> all.add(((Document) document).clone().append("index", index)));
    }
  }

  /** Returns a filter and a replacement equivalent to the pipeline. */
  private Document replacing(
      Channel channel,
      String database,
      Object collection,
      Document filter,
      List<?> pipeline,
      boolean upsert,
      String filterName,
      String updateName) {
    Document find = new Document("find", collection).append("filter", filter).append("limit", 1);
    Document reply = super.handleCommand(channel, database, "find", find);
    Iterator<?> found = reply.get("cursor") instanceof Document cursor
            && cursor.get("firstBatch") instanceof Iterable<?> batch
        ? batch.iterator()
        : Collections.emptyIterator();
    if (found.hasNext()) {
      Document present = (Document) found.next();
      return new Document(filterName, new Document("_id", present.get("_id")))
          .append(updateName, PipelineUpdates.apply(pipeline, present.cloneDeeply()));
    }
    Document update = upsert
        ? PipelineUpdates.apply(pipeline, new Document("_id", filter.get("_id")))
        : new Document("$set", new Document("never", true));
    return new Document(filterName, filter).append(updateName, update);
  }

  private void check(Channel channel, String database, Document query) {
    if (!(query.get("update") instanceof Document update)) {
      return;
    }
    checkNames(update);
    if (update.get("$inc") instanceof Document inc && inc.get("value") instanceof Number by) {
      checkSum(channel, database, query, by.longValue());
    }
  }

  private static void checkNames(@Nullable Object update) {
    if (update instanceof Document document) {
      boolean byOperators = document.keySet().stream().allMatch(name -> name.startsWith("$"));
      if (byOperators) {
        document.forEach((operator, members) -> {
          if (!operator.equals("$pull")) { // $pull has conditions
            checkNames(members, "");
          }
        });
      } else {
        checkNames(document, "");
      }
    }
  }

  private static void checkNames(@Nullable Object value, String path) {
    if (value instanceof List<?> list) {
      for (int i = 0; i < list.size(); i++) {
        checkNames(list.get(i), path + "." + i);
      }
    } else if (value instanceof Document document) {
      for (Map.Entry<String, Object> member : document.entrySet()) {
        String at = path.isEmpty() ? member.getKey() : path + "." + member.getKey();
        if (member.getKey().startsWith("$")) {
          throw new MongoServerError(
              52,
              "DollarPrefixedFieldName",
              "The dollar ($) prefixed field '" + member.getKey() + "' in '" + at
                  + "' is not valid for storage.");
        }
        checkNames(member.getValue(), at);
      }
    }
  }

  private void checkSum(Channel channel, String database, Document query, long by) {
    Document find = new Document("find", query.get("findAndModify"))
        .append("filter", query.get("query"))
        .append("limit", 1);
    Document reply = super.handleCommand(channel, database, "find", find);
    if (!(reply.get("cursor") instanceof Document cursor)
        || !(cursor.get("firstBatch") instanceof List<?> found)
        || found.isEmpty()
        || !(found.get(0) instanceof Document document)
        || !(document.get("value") instanceof Long value)) {
      return;
    }
    try {
      Math.addExact(value, by);
    } catch (ArithmeticException e) {
      throw new MongoServerError(
          2,
          "BadValue",
          "Failed to apply $inc operations to current value ((NumberLong)" + value
              + ") for document {_id: \"" + document.get("_id") + "\"}",
          e);
    }
  }
}
