package dev.kvstore.testing;

import dev.kvstore.testing.Documents.Namespace;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonNull;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * Executes writes and adds their changes to the oplog: each document that a command may change is
 * compared before and after it. A document that one command changes twice has one event. Guarded by
 * the oplog's monitor.
 */
final class ObservedWrites {
  private static final Set<String> OF_DOCUMENTS =
      Set.of("insert", "update", "delete", "findAndModify");
  private static final Set<String> OF_COLLECTIONS =
      Set.of("create", "createIndexes", "dropIndexes", "drop", "renameCollection", "dropDatabase");

  private final Documents documents;
  private final Oplog oplog;

  ObservedWrites(Documents documents, Oplog oplog) {
    this.documents = documents;
    this.oplog = oplog;
  }

  static boolean isWrite(BsonDocument command) {
    String name = command.getFirstKey();
    return OF_DOCUMENTS.contains(name) || OF_COLLECTIONS.contains(name);
  }

  BsonDocument run(BsonDocument command) {
    return OF_DOCUMENTS.contains(command.getFirstKey())
        ? changeDocuments(command)
        : changeCollections(command);
  }

  private BsonDocument changeDocuments(BsonDocument command) {
    Namespace in = namespace(command);
    Touched touched = Touched.by(command);
    Map<BsonValue, BsonDocument> before = documents.find(in, touched.ids());
    try {
      return documents.run(command);
    } finally {
      // Also after a refusal: other documents of the same command may have been written.
      Map<BsonValue, BsonDocument> after = documents.find(in, touched.ids());
      for (BsonDocument event : events(in, before, after, touched)) {
        oplog.append(in.database(), List.of(event));
      }
    }
  }

  private BsonDocument changeCollections(BsonDocument command) {
    String database = command.getString("$db").getValue();
    List<String> dropped =
        command.getFirstKey().equals("dropDatabase") ? documents.collections(database) : List.of();
    BsonDocument reply = documents.run(command);
    switch (command.getFirstKey()) {
      case "drop" -> oplog.append(database, List.of(event("drop", namespace(command))));
      case "renameCollection" -> renamed(command);
      case "dropDatabase" -> {
        for (String collection : dropped) {
          oplog.append(database, List.of(event("drop", new Namespace(database, collection))));
        }
        BsonDocument ns = new BsonDocument("db", new BsonString(database));
        oplog.append(
            database,
            List.of(
                new BsonDocument("operationType", new BsonString("dropDatabase")).append("ns", ns),
                new BsonDocument("operationType", new BsonString("invalidate"))));
      }
      default -> oplog.tick();
    }
    return reply;
  }

  private void renamed(BsonDocument command) {
    String[] from = command.getString("renameCollection").getValue().split("\\.", 2);
    String[] to = command.getString("to").getValue().split("\\.", 2);
    oplog.append(
        from[0],
        List.of(event("rename", new Namespace(from[0], from[1]))
            .append("to", new Namespace(to[0], to[1]).toBson())));
  }

  static Namespace namespace(BsonDocument command) {
    return new Namespace(
        command.getString("$db").getValue(),
        command.getString(command.getFirstKey()).getValue());
  }

  /** Returns the events for the differences, one per document. */
  static List<BsonDocument> events(
      Namespace in,
      Map<BsonValue, BsonDocument> before,
      Map<BsonValue, BsonDocument> after,
      Touched touched) {
    Set<BsonValue> ids = new LinkedHashSet<>(touched.ids() == null ? Set.of() : touched.ids());
    ids.addAll(before.keySet());
    ids.addAll(after.keySet());
    List<BsonDocument> events = new ArrayList<>();
    for (BsonValue id : ids) {
      BsonDocument old = before.get(id);
      BsonDocument now = after.get(id);
      if (!Objects.equals(old, now)) {
        events.add(event(in, id, old, now, touched.isReplaced(id)));
      }
    }
    return events;
  }

  private static BsonDocument event(
      Namespace in,
      BsonValue id,
      @Nullable BsonDocument old,
      @Nullable BsonDocument now,
      boolean replaced) {
    BsonDocument key = new BsonDocument("_id", id);
    if (now == null) {
      return event("delete", in).append("documentKey", key);
    }
    if (old == null || replaced) {
      return event(old == null ? "insert" : "replace", in)
          .append("fullDocument", now)
          .append("documentKey", key);
    }
    BsonDocument updated = new BsonDocument();
    BsonArray removed = new BsonArray();
    compare("", old, now, updated, removed);
    return event("update", in)
        .append("documentKey", key)
        .append(
            "updateDescription",
            new BsonDocument("updatedFields", updated).append("removedFields", removed));
  }

  /**
   * Records the members that differ, nested ones by their paths. A value is replaced as a whole.
   */
  private static void compare(
      String path, BsonDocument old, BsonDocument now, BsonDocument updated, BsonArray removed) {
    now.forEach((name, member) -> {
      BsonValue before = old.get(name);
      if (before instanceof BsonDocument was
          && member instanceof BsonDocument is
          && !name.equals("value")) {
        compare(path + name + ".", was, is, updated, removed);
      } else if (!member.equals(before)) {
        updated.put(path + name, member);
      }
    });
    old.keySet().stream()
        .filter(member -> !now.containsKey(member))
        .forEach(member -> removed.add(new BsonString(path + member)));
  }

  private static BsonDocument event(String operation, Namespace in) {
    return new BsonDocument("operationType", new BsonString(operation)).append("ns", in.toBson());
  }

  /**
   * The documents that a command may change.
   *
   * @param ids their keys, or null for any
   * @param replaced the keys of documents that it replaces, or null for any
   */
  record Touched(@Nullable Set<BsonValue> ids, Set<BsonValue> replaced) {
    static Touched by(BsonDocument command) {
      Set<BsonValue> ids = new LinkedHashSet<>();
      Set<BsonValue> replaced = new HashSet<>();
      switch (command.getFirstKey()) {
        case "findAndModify" ->
          add(
              ids,
              replaced,
              command.getDocument("query", new BsonDocument()),
              command.get("update"));
        case "insert" ->
          command.getArray("documents").forEach(one -> add(ids, replaced, one, null));
        case "update" ->
          command
              .getArray("updates")
              .forEach(one ->
                  add(ids, replaced, one.asDocument().get("q"), one.asDocument().get("u")));
        default ->
          command
              .getArray("deletes")
              .forEach(one -> add(ids, replaced, one.asDocument().get("q"), null));
      }
      return new Touched(ids.contains(BsonNull.VALUE) ? null : ids, replaced);
    }

    /** Adds the key in the filter; null if the filter has none. */
    private static void add(
        Set<BsonValue> ids,
        Set<BsonValue> replaced,
        @Nullable BsonValue filter,
        @Nullable BsonValue update) {
      BsonValue id = filter == null ? null : filter.asDocument().get("_id");
      boolean literal = id != null && !id.isDocument() && !id.isRegularExpression();
      BsonValue touched = literal ? id : BsonNull.VALUE;
      ids.add(touched);
      // Before 5.0 the oplog has the whole document for a pipeline update.
      if (update instanceof BsonArray
          || (update instanceof BsonDocument document
              && document.keySet().stream().noneMatch(name -> name.startsWith("$")))) {
        replaced.add(touched);
      }
    }

    boolean isReplaced(BsonValue id) {
      return replaced.contains(id) || replaced.contains(BsonNull.VALUE);
    }
  }
}
