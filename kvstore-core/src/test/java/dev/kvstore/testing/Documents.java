package dev.kvstore.testing;

import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;
import de.bwaldvogel.mongo.exception.MongoServerException;
import de.bwaldvogel.mongo.wire.bson.BsonDecoder;
import de.bwaldvogel.mongo.wire.bson.BsonEncoder;
import de.bwaldvogel.mongo.wire.message.MessageHeader;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.jspecify.annotations.Nullable;

/** Documents in memory, and the commands of a standalone server on them. */
final class Documents {
  private static final BsonDocumentCodec CODEC = new BsonDocumentCodec();

  /** Members for replica sets and sessions, which a standalone server does not support. */
  private static final Set<String> NOT_PLAIN = Set.of(
      "lsid",
      "txnNumber",
      "startTransaction",
      "autocommit",
      "$clusterTime",
      "$readPreference",
      "readConcern",
      "writeConcern",
      "maxTimeMS");

  /** The number of keys beyond which scanning all documents is faster. */
  private static final int MOST_BY_NAME = 10;

  private final StandInBackend backend = new StandInBackend();
  private final Channel nobody = new EmbeddedChannel();

  /** A collection. */
  record Namespace(String database, String collection) {
    BsonDocument toBson() {
      return new BsonDocument("db", new BsonString(database))
          .append("coll", new BsonString(collection));
    }
  }

  /**
   * Executes a command.
   *
   * @throws CommandFailure if the whole command is refused
   */
  BsonDocument run(BsonDocument command) {
    BsonDocument plain = command.clone();
    plain.keySet().removeAll(NOT_PLAIN);
    try {
      return fromPlain(
          backend.handleMessage(new MongoMessage(nobody, new MessageHeader(0, 0), toPlain(plain))));
    } catch (MongoServerError e) {
      String name = Objects.requireNonNullElse(e.getCodeName(), "Location" + e.getCode());
      throw new CommandFailure(e.getCode(), name, e.getMessageWithoutErrorCode());
    } catch (MongoServerException e) {
      throw new CommandFailure(59, "CommandNotFound", e.getMessageWithoutErrorCode());
    }
  }

  /** Returns the documents with these keys, or all documents, by key. */
  Map<BsonValue, BsonDocument> find(Namespace in, @Nullable Set<BsonValue> ids) {
    BsonDocument filter = new BsonDocument();
    if (ids != null && ids.size() <= MOST_BY_NAME) {
      filter.put("_id", new BsonDocument("$in", new BsonArray(new ArrayList<>(ids))));
    }
    BsonDocument find = new BsonDocument("find", new BsonString(in.collection()))
        .append("filter", filter)
        .append("batchSize", new BsonInt32(Integer.MAX_VALUE))
        .append("$db", new BsonString(in.database()));
    Map<BsonValue, BsonDocument> found = new LinkedHashMap<>();
    for (BsonValue value : run(find).getDocument("cursor").getArray("firstBatch")) {
      found.put(value.asDocument().get("_id"), value.asDocument());
    }
    if (ids != null) {
      found.keySet().retainAll(ids);
    }
    return found;
  }

  /** Stores the document unconditionally; null removes it. */
  void put(Namespace in, BsonValue id, @Nullable BsonDocument document) {
    BsonString collection = new BsonString(in.collection());
    BsonDocument delete = BsonDocument.parse("{limit: 1}").append("q", new BsonDocument("_id", id));
    run(new BsonDocument("delete", collection)
        .append("deletes", new BsonArray(List.of(delete)))
        .append("$db", new BsonString(in.database())));
    if (document != null) {
      run(new BsonDocument("insert", collection)
          .append("documents", new BsonArray(List.of(document)))
          .append("$db", new BsonString(in.database())));
    }
  }

  /** Returns the names of a database's collections. */
  List<String> collections(String database) {
    BsonDocument list =
        BsonDocument.parse("{listCollections: 1}").append("$db", new BsonString(database));
    return run(list).getDocument("cursor").getArray("firstBatch").stream()
        .map(found -> found.asDocument().getString("name").getValue())
        .toList();
  }

  static Document toPlain(BsonDocument document) {
    return BsonDecoder.decodeBson(Unpooled.wrappedBuffer(
        new RawBsonDocument(document, CODEC).getByteBuffer().array()));
  }

  /** Returns the size in bytes of BSON. */
  static int size(Document document) {
    ByteBuf buffer = Unpooled.buffer();
    BsonEncoder.encodeDocument(document, buffer);
    return buffer.readableBytes();
  }

  static BsonDocument fromPlain(Document document) {
    ByteBuf buffer = Unpooled.buffer();
    BsonEncoder.encodeDocument(document, buffer);
    return new RawBsonDocument(buffer.array(), 0, buffer.readableBytes()).decode(CODEC);
  }
}
