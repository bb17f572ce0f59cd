package dev.kvstore.internal.mongo.history;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.ReplaceOptions;
import dev.kvstore.KVLabel;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.jspecify.annotations.Nullable;

/**
 * The labels of a store, in one collection for all stores of the database. Their keys begin with
 * the name of the store, which contains no slash.
 */
public record Labels(MongoCollection<BsonDocument> collection, String store) {
  public static final String COLLECTION = "_labels";

  /** Returns all labels, ordered by instant. */
  public List<KVLabel> all() {
    List<KVLabel> labels = new ArrayList<>();
    collection.find(all(store)).map(this::label).into(labels);
    labels.sort(Comparator.comparing(KVLabel::at).thenComparing(KVLabel::name));
    return labels;
  }

  private static BsonDocument all(String store) {
    return new BsonDocument(
        "_id",
        new BsonDocument("$gte", new BsonString(store + "/"))
            .append("$lt", new BsonString(store + "0")));
  }

  private KVLabel label(BsonDocument stored) {
    return new KVLabel(
        stored.getString("_id").getValue().substring(store.length() + 1),
        Instant.ofEpochMilli(stored.getDateTime("at").getValue()),
        text(stored, "by"),
        text(stored, "comment"));
  }

  private static Optional<String> text(BsonDocument stored, String member) {
    return stored.get(member) instanceof BsonString text
        ? Optional.of(text.getValue())
        : Optional.empty();
  }

  /** Stores the label. Returns true if there was none with this name. */
  public boolean set(KVLabel label) {
    BsonDocument stored =
        id(label.name()).append("at", new BsonDateTime(label.at().toEpochMilli()));
    put(stored, "by", label.author().orElse(null));
    put(stored, "comment", label.comment().orElse(null));
    return collection
            .replaceOne(id(label.name()), stored, new ReplaceOptions().upsert(true))
            .getMatchedCount()
        == 0;
  }

  private static void put(BsonDocument stored, String member, @Nullable String text) {
    if (text != null) {
      stored.put(member, new BsonString(text));
    }
  }

  /** Deletes the label. Returns true if there was one. */
  public boolean delete(String name) {
    return collection.deleteOne(id(name)).getDeletedCount() > 0;
  }

  public void deleteAll() {
    collection.deleteMany(all(store));
  }

  private BsonDocument id(String name) {
    return new BsonDocument("_id", new BsonString(store + "/" + name));
  }
}
