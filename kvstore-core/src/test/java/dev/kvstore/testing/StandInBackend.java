package dev.kvstore.testing;

import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import io.netty.channel.Channel;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The stand-in for MongoDB, set right where it differs from what was recorded of MongoDB 4.4: its
 * replies were live documents that other connections change, text was in the order of UTF-16, a sum
 * past int64 wrapped around, member names with a leading dollar were refused at the top only, lists
 * of collections had all of them whatever name was asked for, and change streams were not refused
 * at all, as a server that stands alone does.
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
   * Puts the surrogates after all other units of UTF-16: then text in the order of its units is in
   * the order of its code points, which is that of UTF-8.
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
    if (command.equals("findAndModify")) {
      check(channel, database, query);
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

  private static void keep(Document reply, Predicate<Document> wanted) {
    if (reply.get("cursor") instanceof Document cursor
        && cursor.get("firstBatch") instanceof List<?> found) {
      cursor.put(
          "firstBatch",
          found.stream().filter(document -> wanted.test((Document) document)).toList());
    }
  }

  /** The stand-in compares each document with each key, which takes too long for thousands. */
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
        document.values().forEach(members -> checkNames(members, ""));
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
