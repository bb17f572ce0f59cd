package dev.kvstore.internal.mongo;

import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.InsertOneModel;
import dev.kvstore.AtomicNotSupportedException;
import dev.kvstore.BatchOptions;
import dev.kvstore.BatchResult;
import dev.kvstore.DeleteResult;
import dev.kvstore.ErrorCode;
import dev.kvstore.HistoryQuery;
import dev.kvstore.HistorySettings;
import dev.kvstore.KVEntry;
import dev.kvstore.KVException;
import dev.kvstore.KVLabel;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVOperation;
import dev.kvstore.KVPage;
import dev.kvstore.KVRevision;
import dev.kvstore.ReadOptions;
import dev.kvstore.SetDefaultResult;
import dev.kvstore.SyncToken;
import dev.kvstore.WriteCondition;
import dev.kvstore.internal.mongo.feed.ChangePump;
import dev.kvstore.internal.mongo.history.Labels;
import dev.kvstore.internal.support.Closing;
import dev.kvstore.internal.support.Deadline;
import dev.kvstore.spi.Cause;
import dev.kvstore.spi.ChangeSink;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.FeedSubscription;
import dev.kvstore.spi.HistoryStore;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.Mutation;
import dev.kvstore.spi.Projection;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.RestorableStore;
import dev.kvstore.spi.Restoration;
import dev.kvstore.spi.Write;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.bson.BsonDocument;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.jspecify.annotations.Nullable;

/**
 * A store: one collection, one document per key.
 *
 * <pre>
 * { _id: "ui.theme", value: ..., version: NumberLong(7), etag: ObjectId(...),
 *   createdAt: Date, updatedAt: Date, updatedBy: "alice", expiresAt: Date }   // last two optional
 * </pre>
 *
 * <p>MongoDB removes expired documents late, so every command checks {@code expiresAt} itself.
 * Every call ends within the time limit. A write whose outcome must be determined afterwards takes
 * up to about twice the limit, and an atomic batch about three times.
 */
final class MongoEntryStore
    implements EntryStore, HistoryStore, RestorableStore, Mutation.Handler, Projection.Scanner {
  private static final BsonDocumentCodec CODEC = new BsonDocumentCodec();

  private final StoreAccess access;
  private final BooleanSupplier transactions;
  private final Runnable onClose;
  private final ChangePump pump;
  private final Set<FeedSubscription> subscriptions = ConcurrentHashMap.newKeySet();
  private final KeyWriter writer;
  private final Counter counter;
  private final Listing listing;

  /** @param transactions returns true if the database has transactions */
  MongoEntryStore(
      StoreAccess access, BooleanSupplier transactions, ChangePump pump, Runnable onClose) {
    this.access = access;
    this.pump = pump;
    this.transactions = transactions;
    this.onClose = onClose;
    this.writer = new KeyWriter(access);
    this.counter = new Counter(access, writer);
    this.listing = new Listing(access);
  }

  @Override
  public String name() {
    return access.name();
  }

  private Optional<KVEntry<RawValue>> read(String key, SyncToken atLeast, Deadline deadline) {
    return Optional.ofNullable(access.findLive(key, true, atLeast, deadline))
        .map(StoredDocument::entry);
  }

  @Override
  public List<KVEntry<RawValue>> find(Collection<String> keys, ReadOptions options) {
    if (options.at().isPresent()) {
      return history().some(keys, options.at().get()).stream()
          .map(StoredDocument::entry)
          .toList();
    }
    Deadline deadline = access.begin();
    if (keys.size() == 1) {
      return read(keys.iterator().next(), options.atLeast(), deadline).stream().toList();
    }
    return access
        .reading(keys.size() + " keys", () -> listing.some(keys, options.atLeast(), deadline))
        .stream()
        .map(StoredDocument::entry)
        .toList();
  }

  @Override
  public <T> KVPage<T> scan(
      KeyRange range, Projection<T> projection, int limit, ReadOptions options) {
    return projection.scan(this, range, limit, options);
  }

  @Override
  public KVPage<KVEntry<RawValue>> scanEntries(KeyRange range, int limit, ReadOptions options) {
    KVPage<StoredDocument> page = documents(range, limit, true, options);
    return new KVPage<>(page.items().stream().map(StoredDocument::entry).toList(), page.next());
  }

  @Override
  public KVPage<KVMetadata> scanMetadata(KeyRange range, int limit, ReadOptions options) {
    KVPage<StoredDocument> page = documents(range, limit, false, options);
    return new KVPage<>(page.items().stream().map(StoredDocument::metadata).toList(), page.next());
  }

  private KVPage<StoredDocument> documents(
      KeyRange range, int limit, boolean withValue, ReadOptions options) {
    if (options.at().isPresent()) {
      return history().documents(range, limit, withValue, options.at().get());
    }
    Deadline deadline = access.begin();
    return access.reading(
        "a page of entries",
        () -> listing.documents(range, limit, withValue, options.atLeast(), deadline));
  }

  @Override
  public KVPage<String> scanKeys(KeyRange range, int limit, ReadOptions options) {
    if (options.at().isPresent()) {
      return history().keys(range, limit, options.at().get());
    }
    Deadline deadline = access.begin();
    return access.reading(
        "a page of keys", () -> listing.keys(range, limit, options.atLeast(), deadline));
  }

  @Override
  public int count(KeyRange range, int most, ReadOptions options) {
    if (options.at().isPresent()) {
      return history().count(range, most, options.at().get());
    }
    Deadline deadline = access.begin();
    return access.reading(
        "the number of entries", () -> listing.count(range, most, options.atLeast(), deadline));
  }

  @Override
  public <R> R apply(Mutation<R> mutation) {
    try {
      return mutation.applyTo(this);
    } finally {
      access.recording().written();
    }
  }

  @Override
  public KVMetadata put(Mutation.Put put) {
    Write write = put.write();
    Deadline deadline = access.beginWrite();
    EntryWrite planned = access.plan(write, KVOperation.SET);
    WriteCondition condition = write.condition();
    if (condition.equals(WriteCondition.NONE)) {
      return writer.put(planned, deadline).metadata();
    }
    return condition.equals(WriteCondition.IF_ABSENT)
        ? writer.createIfAbsent(planned, false, deadline).metadata()
        : writer.replace(planned, condition, deadline).metadata();
  }

  /**
   * Reads before writing, because usually the default is already stored and a read takes no lock.
   */
  @Override
  public SetDefaultResult<RawValue> putIfAbsent(Mutation.PutIfAbsent put) {
    Deadline deadline = access.begin();
    return read(put.write().key(), SyncToken.START, deadline)
        .map(put::unchanged)
        .orElseGet(() -> create(put.write(), deadline));
  }

  private SetDefaultResult<RawValue> create(Write write, Deadline deadline) {
    access.prepareForWrite(deadline);
    EntryWrite planned = access.plan(write, KVOperation.DEFAULT);
    StoredDocument present = writer.create(planned, true, deadline);
    return new SetDefaultResult<>(present.entry(), planned.made(present));
  }

  @Override
  public BatchResult batch(Mutation.Batch batch) {
    Map<String, RawValue> values = batch.values();
    BatchOptions options = batch.options();
    Deadline deadline = beginBatch(options.isAtomic());
    if (values.isEmpty()) {
      return new BatchResult(0, 0);
    }
    access.prepareForWrite(deadline);
    List<EntryWrite> writes = values.entrySet().stream()
        .map(entry ->
            access.plan(new Write(entry.getKey(), entry.getValue(), options), KVOperation.SET))
        .toList();
    return options.isAtomic()
        ? new AtomicBatch(access, writes, deadline).write()
        : new BatchWriter(access, writes, deadline).write();
  }

  private Deadline beginBatch(boolean atomic) {
    Deadline deadline = access.begin();
    if (atomic && !access.reading("the kind of the database", transactions::getAsBoolean)) {
      throw new AtomicNotSupportedException(
          "The MongoDB server stands alone and so has no transactions; nothing was written. Make it"
              + " a replica set, which may have one member, or write without atomic()");
    }
    return deadline;
  }

  @Override
  public DeleteResult deleteMany(Mutation.DeleteMany deletion) {
    boolean atomic = deletion.options().isAtomic();
    Deadline deadline = beginBatch(atomic);
    access.prepareForDelete(deadline);
    BatchDeleter deleter = new BatchDeleter(access, deletion, deadline);
    return atomic ? deleter.deleteAtomically() : deleter.delete();
  }

  @Override
  public List<Boolean> all(Mutation.All all) {
    Deadline deadline = beginBatch(true);
    if (all.parts().isEmpty()) {
      return List.of();
    }
    access.prepareForWrite(deadline);
    return new AtomicParts(access, all, deadline).apply();
  }

  @Override
  public KVEntry<RawValue> add(Mutation.Add add) {
    return counter
        .increment(add.key(), add.by(), add.options(), access.beginWrite())
        .entry();
  }

  @Override
  public boolean delete(Mutation.Delete delete) {
    return writer.delete(delete.key(), delete.options(), access.beginDelete());
  }

  private HistoryReader history() {
    HistoryLog log = access.recording().log();
    if (log == null) {
      throw new KVException(
          ErrorCode.NO_HISTORY, "The store '" + name() + "' is an internal one without history");
    }
    return new HistoryReader(access, log);
  }

  @Override
  public KVPage<KVRevision<RawValue>> revisions(HistoryQuery query) {
    return history().revisions(query);
  }

  @Override
  public KVPage<KVRevision<RawValue>> changes(HistoryQuery query) {
    return history().changes(query);
  }

  @Override
  public Instant reachesBackTo() {
    return history().reachesBackTo();
  }

  @Override
  public List<KVLabel> labels() {
    return history().labels(Labels::all);
  }

  @Override
  public boolean setLabel(KVLabel label) {
    return history().setLabel(label);
  }

  @Override
  public KVLabel setLabel(String name, Cause cause) {
    KVLabel label = cause.label(name, access.now());
    setLabel(label);
    return label;
  }

  @Override
  public boolean deleteLabel(String name) {
    return history().labels(labels -> labels.delete(name));
  }

  @Override
  public HistorySettings settings() {
    Deadline deadline = access.begin();
    HistoryConfig config = history().log().config();
    access.reading("the settings of the history", () -> config.read(deadline));
    return config.settings();
  }

  @Override
  public void configure(HistorySettings settings) {
    HistoryLog log = history().log();
    Deadline deadline = access.begin();
    access.prepareForWrite(deadline, settings.isEnabled());
    access.reading("the settings of the history", () -> {
      log.config().read(deadline);
      log.configure(true, settings, deadline);
      return true;
    });
    access.recording().written();
  }

  /** In several steps; what fails in between is done again by the next attempt. */
  @Override
  public void restore(Restoration restoration) {
    HistoryLog log = history().log();
    Deadline deadline = access.beginWrite();
    String doing = "restoring the store '" + name() + "'";
    try {
      access.sessions().call(deadline, () -> {
        if (access.recording().isOn()) {
          log.restore(restoration, deadline);
        } else {
          restoreEntries(restoration, deadline);
        }
        return true;
      });
    } catch (RuntimeException e) {
      if (MongoErrors.isAnyDuplicateKey(e)) {
        throw Restoration.refusal(name(), "it was written in the meantime");
      }
      throw e instanceof KVException || MongoErrors.isRefusal(e)
          ? access.failed(e, doing)
          : access.errors().unknown(doing, e);
    }
    access.recording().written();
    // Later reads anywhere that go by this store's position see what was written.
    access.run(deadline, collection -> collection.find(new BsonDocument()).first());
  }

  private void restoreEntries(Restoration restoration, Deadline deadline) {
    KVMetadata last = listing.last(deadline).map(StoredDocument::metadata).orElse(null);
    restoration.requireAfter(name(), last == null ? null : Restoration.revisionOf(last, null));
    List<InsertOneModel<RawBsonDocument>> inserts = restoration.revisions().stream()
        .map(revision -> StoredDocument.document(revision.entry().orElseThrow()))
        .map(document -> new InsertOneModel<>(new RawBsonDocument(document, CODEC)))
        .toList();
    if (!inserts.isEmpty()) {
      access.run(deadline, collection -> collection.bulkWrite(inserts, new BulkWriteOptions()));
    }
  }

  @Override
  public Object identity() {
    return List.of(pump, name());
  }

  /**
   * Returns the token of all stores of the database together, which includes everything of this
   * store.
   */
  @Override
  public SyncToken syncToken() {
    return access.sessions().latest();
  }

  @Override
  public FeedSubscription subscribe(ChangeSink sink, @Nullable SyncToken from) {
    access.checkOpen();
    FeedSubscription subscription = pump.subscribe(name(), sink, from);
    subscriptions.add(subscription);
    try {
      access.checkOpen();
    } catch (KVException e) { // closed concurrently
      subscription.close();
      throw e;
    }
    return () -> {
      subscriptions.remove(subscription);
      subscription.close();
    };
  }

  @Override
  public void close() {
    onClose.run();
    List<FeedSubscription> open = List.copyOf(subscriptions);
    subscriptions.clear();
    Closing.all(open.stream().<Runnable>map(subscription -> subscription::close).toList());
  }
}
