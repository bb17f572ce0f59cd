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

/** What an event of a change stream means for the stores. */
sealed interface StreamEvent {
  /** Something in one store. */
  record Changed(String store, List<Change> changes) implements StreamEvent {}

  /** These stores are not what they were: dropped, renamed or replaced by another. */
  record Replaced(List<String> stores, long position) implements StreamEvent {}

  /** No store is what it was. */
  record AllReplaced() implements StreamEvent {}

  /** Nothing that concerns a store. */
  record Nothing() implements StreamEvent {}

  /** Reads an event as the server sends it. Whatever is not understood means the worst. */
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
      // A drop, and what newer servers may yet think of.
      default -> new Replaced(List.of(collection(event, "ns")), time(event));
    };
  }

  private static StreamEvent change(BsonDocument event, String operation) {
    if (!(event.getDocument("documentKey").get("_id") instanceof BsonString id)) {
      return new Nothing(); // no entry has such a key
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
   * A store with a history makes a tombstone of a deleted entry. What it moves to the history, as
   * {@code recorded} or {@code moved} tells, is no change.
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
    // A new life, in place of an expired entry or a tombstone.
    Change first = new Change(Kind.SET, key, 1, set.etag(), time);
    BsonArray removed = description.getArray("removedFields", new BsonArray());
    return removed.contains(new BsonString("deleted"))
        ? List.of(first)
        : List.of(gone(Kind.EXPIRE, key, time), first);
  }

  /**
   * A store replaces only an expired entry that is still there, by the first version of its next
   * life. Before MongoDB 5.0 whatever a store with a history writes comes as a replacement, too: of
   * that something is pending. All else was replaced by hand, and then its version orders nothing.
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

  /** Returns the version of a document, or {@link Change#UNKNOWN_VERSION} where it has none. */
  static long version(BsonDocument written) {
    BsonValue version = written.get("version");
    return version != null
            && (version.isInt64() || version.isInt32())
            && version.asNumber().longValue() > 0
        ? version.asNumber().longValue()
        : Change.UNKNOWN_VERSION;
  }

  /** Returns the etag of a document, or null where it has none. */
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
