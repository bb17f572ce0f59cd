package dev.kvstore.internal.mongo;

import com.mongodb.bulk.BulkWriteResult;
import com.mongodb.client.ClientSession;
import com.mongodb.client.FindIterable;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.CountOptions;
import com.mongodb.client.model.FindOneAndDeleteOptions;
import com.mongodb.client.model.FindOneAndReplaceOptions;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.UpdateOneModel;
import com.mongodb.client.model.UpdateOptions;
import com.mongodb.client.model.WriteModel;
import dev.kvstore.internal.support.Chunks;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/**
 * A collection together with the session of one operation.
 *
 * @param session null if the server has no sessions
 */
record SessionCollection(
    MongoCollection<RawBsonDocument> collection, @Nullable ClientSession session) {

  FindIterable<RawBsonDocument> find(Bson filter) {
    return session == null ? collection.find(filter) : collection.find(session, filter);
  }

  /** Returns the documents of these keys, including expired ones, without values. */
  Map<String, StoredDocument> readAll(Collection<String> keys) {
    Map<String, StoredDocument> present = new HashMap<>();
    for (List<String> some : Chunks.of(keys, Listing.CHUNK)) {
      FindIterable<RawBsonDocument> found = find(EntryFilter.keys(some))
          .projection(StoreAccess.projection(false))
          .batchSize(some.size() + 1);
      for (RawBsonDocument document : found) {
        StoredDocument stored = StoredDocument.of(document);
        if (stored != null) {
          present.put(stored.key(), stored);
        }
      }
    }
    return present;
  }

  /** Returns the number of documents that match the filter, up to the limit. */
  int count(Bson filter, int limit) {
    CountOptions options = new CountOptions().limit(limit);
    long count = session == null
        ? collection.countDocuments(filter, options)
        : collection.countDocuments(session, filter, options);
    return (int) count;
  }

  /** @param update a document of operators, or an array of the stages of a pipeline */
  @Nullable
  RawBsonDocument findOneAndUpdate(Bson filter, BsonValue update, FindOneAndUpdateOptions options) {
    if (update instanceof BsonArray pipeline) {
      List<BsonDocument> stages = stages(pipeline);
      return session == null
          ? collection.findOneAndUpdate(filter, stages, options)
          : collection.findOneAndUpdate(session, filter, stages, options);
    }
    return session == null
        ? collection.findOneAndUpdate(filter, update.asDocument(), options)
        : collection.findOneAndUpdate(session, filter, update.asDocument(), options);
  }

  /** Like {@link #findOneAndUpdate}, for a bulk write. */
  static WriteModel<RawBsonDocument> updateModel(Bson filter, BsonValue update, boolean upsert) {
    UpdateOptions options = new UpdateOptions().upsert(upsert);
    return update instanceof BsonArray pipeline
        ? new UpdateOneModel<>(filter, stages(pipeline), options)
        : new UpdateOneModel<>(filter, update.asDocument(), options);
  }

  private static List<BsonDocument> stages(BsonArray pipeline) {
    return pipeline.stream().map(BsonValue::asDocument).toList();
  }

  @Nullable
  RawBsonDocument findOneAndReplace(
      Bson filter, RawBsonDocument replacement, FindOneAndReplaceOptions options) {
    return session == null
        ? collection.findOneAndReplace(filter, replacement, options)
        : collection.findOneAndReplace(session, filter, replacement, options);
  }

  @Nullable
  RawBsonDocument findOneAndDelete(Bson filter, FindOneAndDeleteOptions options) {
    return session == null
        ? collection.findOneAndDelete(filter, options)
        : collection.findOneAndDelete(session, filter, options);
  }

  BulkWriteResult bulkWrite(
      List<? extends WriteModel<? extends RawBsonDocument>> writes, BulkWriteOptions options) {
    return session == null
        ? collection.bulkWrite(writes, options)
        : collection.bulkWrite(session, writes, options);
  }
}
