package dev.kvstore.internal.mongo.feed;

import dev.kvstore.KVChange.Kind;
import dev.kvstore.spi.Change;
import java.util.List;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonObjectId;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/** The effect of a change stream event on the stores. */
sealed interface StreamEvent {
  /** Changes in one store. */
  record Changed(String store, List<Change> changes) implements StreamEvent {}

  /** These stores were dropped, renamed or replaced by another collection. */
  record Replaced(List<String> stores, long position) implements StreamEvent {}

  /** All stores may have been replaced. */
  record AllReplaced() implements StreamEvent {}

  /** The event does not concern any store. */
  record Nothing() implements StreamEvent {}

  /** Interprets an event of the server. An unknown event counts as a replacement. */
  static StreamEvent of(BsonDocument event) {
    try {
      return read(event);
    } catch (RuntimeException e) {
      return new AllReplaced();
    }
  }

  private static StreamEvent read(BsonDocument event) {
    String operation = event.getString("operationType").getValue();
    return switch (operation) {
      case "insert", "update", "replace", "delete" -> change(event, operation);
      case "rename" ->
        new Replaced(List.of(collection(event, "ns"), collection(event, "to")), time(event));
      case "dropDatabase", "invalidate" -> new AllReplaced();
      // A drop, or an event type of a newer server.
      default -> new Replaced(List.of(collection(event, "ns")), time(event));
    };
  }

  private static StreamEvent change(BsonDocument event, String operation) {
    if (!(event.getDocument("documentKey").get("_id") instanceof BsonString id)) {
      return new Nothing(); // not a valid key
    }
    String key = id.getValue();
    long time = time(event);
    List<Change> changes = switch (operation) {
      case "delete" -> List.of(gone(Kind.DELETE, key, time));
      case "update" -> updated(event.getDocument("updateDescription"), key, time);
      case "insert" -> List.of(set(key, event.get("fullDocument"), time));
      default -> replaced(event.getDocument("fullDocument", new BsonDocument()), key, time);
    };
    return changes.isEmpty() ? new Nothing() : new Changed(collection(event, "ns"), changes);
  }

  /**
   * Returns the changes of an update. A store with a history turns a deleted entry into a
   * tombstone. An update that only moves revisions to the history, shown by {@code recorded} or
   * {@code moved}, is not a change.
   */
  private static List<Change> updated(BsonDocument description, String key, long time) {
    BsonDocument fields = description.getDocument("updatedFields", new BsonDocument());
    boolean byStore = fields.containsKey("etag");
    if (!byStore && (fields.containsKey("recorded") || fields.containsKey("moved"))) {
      return List.of();
    }
    if (byStore && BsonBoolean.TRUE.equals(fields.get("deleted"))) {
      return List.of(gone(Kind.DELETE, key, time));
    }
    Change set = set(key, fields, time);
    if (!byStore || !fields.containsKey("createdAt")) {
      return List.of(set);
    }
    // A new entry in place of an expired one or a tombstone.
    Change first = new Change(Kind.SET, key, 1, set.etag(), time);
    BsonArray removed = description.getArray("removedFields", new BsonArray());
    return removed.contains(new BsonString("deleted"))
        ? List.of(first)
        : List.of(gone(Kind.EXPIRE, key, time), first);
  }

  /**
   * Returns the changes of a replacement. A store replaces a document only if it is an expired
   * entry, by version 1 of a new entry. Before MongoDB 5.0 the pipeline updates of a store with a
   * history are reported as replacements, too; these have pending revisions. All other replacements
   * were made manually, and their versions cannot be compared.
   */
  private static List<Change> replaced(BsonDocument document, String key, long time) {
    Change set = set(key, document, time);
    BsonDocument history = document.getDocument("history", new BsonDocument());
    if (history.containsKey("pending") && history.containsKey("operation")) {
      if (document.containsKey("deleted")) {
        boolean expired = new BsonString("expire").equals(history.get("operation"));
        return List.of(gone(expired ? Kind.EXPIRE : Kind.DELETE, key, time));
      }
      return history.containsKey("expired")
          ? List.of(gone(Kind.EXPIRE, key, time), set)
          : List.of(set);
    }
    return set.version() == 1
        ? List.of(gone(Kind.EXPIRE, key, time), set)
        : List.of(new Change(Kind.SET, key, Change.UNKNOWN_VERSION, set.etag(), time));
  }

  private static Change gone(Kind kind, String key, long time) {
    return new Change(kind, key, 0, null, time);
  }

  private static Change set(String key, @Nullable BsonValue fields, long time) {
    BsonDocument written = fields instanceof BsonDocument document ? document : new BsonDocument();
    return new Change(Kind.SET, key, version(written), etag(written), time);
  }

  /** Returns the version of a document, or {@link Change#UNKNOWN_VERSION} if it has none. */
  static long version(BsonDocument written) {
    BsonValue version = written.get("version");
    return version != null
            && (version.isInt64() || version.isInt32())
            && version.asNumber().longValue() > 0
        ? version.asNumber().longValue()
        : Change.UNKNOWN_VERSION;
  }

  /** Returns the etag of a document, or null if it has none. */
  static @Nullable String etag(BsonDocument written) {
    return written.get("etag") instanceof BsonObjectId etag ? etag.getValue().toHexString() : null;
  }

  private static long time(BsonDocument event) {
    return event.getTimestamp("clusterTime").getValue();
  }

  private static String collection(BsonDocument event, String member) {
    return event.getDocument(member).getString("coll").getValue();
  }
}
