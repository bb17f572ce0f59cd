package dev.kvstore.internal.mongo;

import static dev.kvstore.internal.mongo.StoredDocument.ETAG;
import static dev.kvstore.internal.mongo.StoredDocument.EXPIRES_AT;
import static dev.kvstore.internal.mongo.StoredDocument.KEY;

import com.mongodb.MongoBulkWriteException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoCursor;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Projections;
import com.mongodb.client.model.ReplaceOneModel;
import com.mongodb.client.model.ReplaceOptions;
import com.mongodb.client.model.Sorts;
import com.mongodb.client.model.UpdateOneModel;
import com.mongodb.client.model.Updates;
import com.mongodb.client.model.WriteModel;
import dev.kvstore.HistorySettings;
import dev.kvstore.KVRevision;
import dev.kvstore.internal.mongo.history.Labels;
import dev.kvstore.internal.mongo.history.RecordedUpdate;
import dev.kvstore.internal.mongo.history.RevisionPlan;
import dev.kvstore.internal.mongo.history.RevisionPlan.Head;
import dev.kvstore.internal.mongo.history.RevisionPlan.Settled;
import dev.kvstore.internal.mongo.history.RevisionRemoval;
import dev.kvstore.internal.support.Deadline;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Restoration;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.RawBsonDocument;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/**
 * The history of one store: a collection beside it, {@code {store}.history}, of a document for each
 * revision, see {@link RevisionPlan}. Writers leave in the documents of the store what is not in
 * the history yet, see {@link RecordedUpdate}; this moves it there. Any node can do so at any time,
 * and may stop or fail at any point.
 *
 * <p>The {@code _id} of a revision is its place: 1, 2, 3 … The last place is read first, then the
 * documents, and what they have is added behind that place, in order. If another was faster that
 * place is taken: nothing is added, and all is read again. So nothing is recorded that was recorded
 * meanwhile, and nothing ever appears before a place that was read. The last document is never
 * removed, so no place is used twice. Thread-safe.
 */
final class HistoryLog {
  static final String PLACE = "_id";
  static final String OF_KEY = "key";
  static final String REVISION = "revision";
  static final String AT = "at";
  static final String REPLACED = "replaced";
  static final String DIGEST = "digest";

  /** Answers which revision a key had at an instant, and when that one was absent again. */
  static final BsonDocument BY_KEY =
      BsonDocument.parse("{key: 1, revision: -1, at: 1, expiresAt: 1, _id: 1}");

  private static final BsonDocument BY_REPLACED = BsonDocument.parse("{replaced: 1}");
  /** Indexed in the entries: set where something is not recorded. */
  static final String PENDING = "history.pending";

  private static final String RESTORED = "history." + RevisionPlan.RESTORED;

  private static final BsonDocument IS_PENDING = new BsonDocument(PENDING, BsonBoolean.TRUE);
  private static final BsonDocument IS_UNRECORDED =
      BsonDocument.parse("{recorded: {$exists: false}}");
  private static final BsonDocument NOT_PENDING =
      new BsonDocument(PENDING, new BsonDocument("$exists", BsonBoolean.FALSE));

  /** What a document holds of which all is recorded. */
  static final BsonDocument IS_SETTLED =
      NOT_PENDING.clone().append("recorded", new BsonDocument("$exists", BsonBoolean.TRUE));

  private static final BsonDocument MOVED = BsonDocument.parse(
      "{$unset: {moved: '', 'history.pending': '', 'history.unrecorded': '', 'history.fresh': '',"
          + " 'history.expired': ''}}");

  /** Deleted entries are known for so long by their documents, for whoever lost a reply. */
  private static final Duration TOMBSTONES_STAY = Duration.ofMinutes(1);

  /** So late an expired entry is removed at the earliest, as clocks differ. */
  private static final Duration EXPIRED_STAY = Duration.ofMinutes(1);

  /** A drop that was announced and has not begun after so long never will. */
  private static final Duration DROPS_TAKE = Duration.ofDays(2);

  private static final int MOST_AT_ONCE = 200;
  private static final long MOST_BYTES_AT_ONCE = 8 * 1024 * 1024;

  private final MongoDatabase database;
  private final String store;
  private final HistoryConfig config;
  private final MongoErrors errors;
  private final InstantSource clock;
  private boolean indexed; // guarded by this
  private String adoptedUpTo = ""; // guarded by this

  HistoryLog(
      MongoDatabase database,
      String store,
      HistoryConfig config,
      MongoErrors errors,
      InstantSource clock) {
    this.database = database;
    this.store = store;
    this.config = config;
    this.errors = errors;
    this.clock = clock;
  }

  HistoryConfig config() {
    return config;
  }

  String store() {
    return store;
  }

  Instant now() {
    return Instant.ofEpochMilli(clock.instant().toEpochMilli());
  }

  /** Stores the settings if the store does not have them yet. */
  void prepare(Deadline deadline) {
    if (config.isToBeGiven()) {
      configure(false, config.settings(), deadline);
    }
    config.given();
  }

  /**
   * Stores settings. Where they begin a history, the indexes are there before it.
   *
   * @param own whether they are for this store alone
   */
  void configure(boolean own, HistorySettings settings, Deadline deadline) {
    boolean begins = settings.isEnabled() && !config.state().isOn();
    Instant since = null;
    if (begins) {
      index(deadline);
      boolean empty =
          entries(deadline).find().projection(Projections.include(KEY)).first() == null;
      since = empty && !config.state().isKnown() ? Instant.EPOCH : now();
    }
    config.store(settings, own, since, deadline);
  }

  private synchronized void index(Deadline deadline) {
    if (!indexed) {
      revisions(deadline).createIndex(BY_KEY, new IndexOptions().name("by_key"));
      revisions(deadline)
          .createIndex(BY_REPLACED, new IndexOptions().name("by_replaced").sparse(true));
      indexed = true;
    }
  }

  /** Records all that is pending, and at first all that was there when the history began. */
  synchronized void moveAll(Deadline deadline) {
    movePending(deadline);
    if (config.state().isOn() && !config.state().isComplete()) {
      adopt(deadline);
    }
  }

  private void movePending(Deadline deadline) {
    while (move(IS_PENDING, deadline).more()) {
      checkTime(deadline);
    }
  }

  private void adopt(Deadline deadline) {
    Moved moved;
    do {
      checkTime(deadline);
      BsonDocument next = IS_UNRECORDED.clone();
      next.put(KEY, new BsonDocument("$gt", new BsonString(adoptedUpTo)));
      moved = move(next, deadline);
      adoptedUpTo = moved.last();
    } while (moved.more());
    adoptedUpTo = "";
    config.complete(deadline);
  }

  /**
   * Records what there is to record of one key, also what others have done to it by hand. What is
   * pending comes first, so that this does not overtake what was written before.
   */
  synchronized void move(String key, Deadline deadline) {
    movePending(deadline);
    while (tryMove(EntryFilter.key(key), key, deadline) == null) {
      pause(deadline);
    }
  }

  private Moved move(BsonDocument which, Deadline deadline) {
    if (entries(deadline).find(which).projection(Projections.include(KEY)).first() == null) {
      return Moved.NOTHING;
    }
    while (true) {
      Moved moved = tryMove(which, null, deadline);
      if (moved != null) {
        return moved;
      }
      pause(deadline);
    }
  }

  /**
   * What was done.
   *
   * @param more whether there may be more to do
   * @param last the last key
   */
  private record Moved(boolean more, String last) {
    static final Moved NOTHING = new Moved(false, "");
  }

  /** Returns null if another was faster. */
  private @Nullable Moved tryMove(BsonDocument which, @Nullable String key, Deadline deadline) {
    long removals = config.state().removals();
    long place = lastPlace(deadline);
    Map<String, RawBsonDocument> documents = documents(entries(deadline), which);
    RawBsonDocument only = documents.get(key);
    if (key != null && only != null && RevisionPlan.isSettled(key, only)) {
      return Moved.NOTHING;
    }
    Set<String> keys = key == null ? documents.keySet() : Set.of(key);
    RevisionPlan plan = plan(keys, deadline);
    documents.forEach(plan::add);
    if (key != null && only == null) {
      plan.addAbsent(key);
    }
    // After the documents: one of a new life means that the end of the one before is announced.
    // After the revisions, too: what was removed meanwhile looks as if it were not recorded yet.
    config.read(deadline);
    if (finishDrops(false, deadline)
        || config.state().removals() != removals
        || !write(plan.revisions(), plan.replaced(), place, deadline)) {
      return null;
    }
    settle(plan.settled(), deadline);
    prune(keys, plan, deadline);
    String last = documents.keySet().stream().reduce("", (before, each) -> each);
    return new Moved(!documents.isEmpty() && isFull(documents), last);
  }

  private void prune(Set<String> keys, RevisionPlan plan, Deadline deadline) {
    int most = config.state().settings().revisions().orElse(0);
    if (most > 0) {
      keys.forEach(each -> removal(deadline).allButTheNewest(each, most, plan.lastRevision(each)));
    }
  }

  /**
   * Stores revisions as they were, and the documents that they left. These come first, and say that
   * all of them is recorded: so whoever looks meanwhile finds nothing to record, and what fails in
   * between is done again by the next attempt.
   */
  synchronized void restore(Restoration restoration, Deadline deadline) {
    long place = lastPlace(deadline);
    begin(restoration, place, deadline);
    List<KVRevision<RawValue>> revisions = restoration.revisions();
    Set<String> keys = revisions.stream().map(KVRevision::key).collect(Collectors.toSet());
    RevisionPlan plan = plan(keys, deadline);
    Map<String, WriteModel<RawBsonDocument>> left = new HashMap<>();
    for (KVRevision<RawValue> revision : revisions) {
      BsonDocument document = revision.entry().map(StoredDocument::document).orElse(null);
      BsonDocument filter = EntryFilter.key(revision.key()).append(RESTORED, BsonBoolean.TRUE);
      left.put(
          revision.key(),
          new ReplaceOneModel<>(
              filter,
              plan.restore(revision, document),
              new ReplaceOptions().upsert(document != null)));
    }
    if (!left.isEmpty()) {
      entries(deadline).bulkWrite(List.copyOf(left.values()), BatchWriter.UNORDERED);
    }
    if (!write(plan.restored(), plan.replaced(), place, deadline)) {
      throw Restoration.refusal(store, "somebody has written it meanwhile");
    }
    prune(keys, plan, deadline);
  }

  private void begin(Restoration restoration, long place, Deadline deadline) {
    RawBsonDocument found =
        revisions(deadline).find(new BsonDocument(PLACE, new BsonInt64(place))).first();
    KVRevision<RawValue> last = found == null || !found.containsKey(OF_KEY)
        ? null // or all that there was is purged
        : HistoryReader.revision(found, false);
    restoration.requireAfter(store, last);
    if (last == null) {
      BsonDocument other = entries(deadline)
          .find(new BsonDocument(RESTORED, new BsonDocument("$ne", BsonBoolean.TRUE)))
          .projection(Projections.include(KEY))
          .first();
      if (other != null) {
        throw Restoration.refusal(store, "it has entries");
      }
      Instant since = restoration.reachesBackTo();
      config.reachesBackTo(since == null ? now() : since, deadline);
    }
    restoration.labels().forEach(labels(deadline)::set);
  }

  private static boolean isFull(Map<String, RawBsonDocument> documents) {
    return documents.size() >= MOST_AT_ONCE || bytes(documents) >= MOST_BYTES_AT_ONCE;
  }

  private static long bytes(Map<String, RawBsonDocument> documents) {
    return documents.values().stream()
        .mapToLong(document -> document.getByteBuffer().remaining())
        .sum();
  }

  /** Returns the entries' documents in the order of their keys, or in any if they are pending. */
  private static Map<String, RawBsonDocument> documents(
      MongoCollection<RawBsonDocument> from, BsonDocument which) {
    Map<String, RawBsonDocument> documents = new LinkedHashMap<>();
    Bson order = which.containsKey(PENDING) ? null : Sorts.ascending(KEY);
    try (MongoCursor<RawBsonDocument> found =
        from.find(which).sort(order).batchSize(MOST_AT_ONCE).iterator()) {
      while (found.hasNext() && !isFull(documents)) {
        RawBsonDocument document = found.next();
        if (document.get(KEY) instanceof BsonString key && StoredDocument.isKey(key.getValue())) {
          documents.put(key.getValue(), document);
        }
      }
    }
    return documents;
  }

  private RevisionPlan plan(Set<String> keys, Deadline deadline) {
    return new RevisionPlan(
        heads(keys, deadline), (key, from) -> digests(key, from, deadline), now());
  }

  long lastPlace(Deadline deadline) {
    return removal(deadline).lastPlace();
  }

  private Map<String, Head> heads(Collection<String> keys, Deadline deadline) {
    Map<String, Head> heads = new HashMap<>();
    if (keys.isEmpty()) {
      return heads;
    }
    BsonDocument group = new BsonDocument(PLACE, new BsonString("$key"));
    for (String member : List.of(REVISION, AT, EXPIRES_AT, DIGEST)) {
      group.put(member, new BsonDocument("$first", new BsonString("$" + member)));
    }
    group.put("place", new BsonDocument("$first", new BsonString("$" + PLACE)));
    List<Bson> stages = List.of(
        new BsonDocument("$match", new BsonDocument(OF_KEY, in(keys))),
        new BsonDocument("$sort", BsonDocument.parse("{key: 1, revision: -1}")),
        new BsonDocument("$group", group));
    for (BsonDocument found : revisions(deadline).aggregate(stages, BsonDocument.class)) {
      String key = found.getString(PLACE).getValue();
      found.put(PLACE, Objects.requireNonNull(found.get("place")));
      heads.put(key, Head.of(found));
    }
    return heads;
  }

  private static BsonDocument in(Collection<String> keys) {
    BsonArray names = new BsonArray();
    keys.forEach(key -> names.add(new BsonString(key)));
    return new BsonDocument("$in", names);
  }

  private Set<String> digests(String key, long from, Deadline deadline) {
    BsonDocument filter = new BsonDocument(OF_KEY, new BsonString(key))
        .append(REVISION, new BsonDocument("$gte", new BsonInt64(from)));
    return revisions(deadline)
        .find(filter)
        .projection(Projections.include(DIGEST))
        .map(revision -> revision.getString(DIGEST).getValue())
        .into(new HashSet<>());
  }

  /** Returns false if another has added something since that place was read. */
  private boolean write(
      List<BsonDocument> revisions,
      Map<Long, BsonDateTime> replacedAt,
      long last,
      Deadline deadline) {
    if (revisions.isEmpty()) {
      return true;
    }
    // First: what fails in between is planned again, and then has these successors, too.
    List<WriteModel<RawBsonDocument>> replaced = new ArrayList<>();
    replacedAt.forEach((place, at) -> replaced.add(new UpdateOneModel<>(
        new BsonDocument(PLACE, new BsonInt64(place)), Updates.set(REPLACED, at))));
    if (!replaced.isEmpty()) {
      revisions(deadline).bulkWrite(replaced, BatchWriter.UNORDERED);
    }
    List<BsonDocument> added = new ArrayList<>();
    for (BsonDocument revision : revisions) {
      BsonDocument placed = new BsonDocument(PLACE, new BsonInt64(last + added.size() + 1));
      placed.putAll(revision);
      added.add(placed);
    }
    try {
      revisions(deadline).withDocumentClass(BsonDocument.class).insertMany(added);
      return true;
    } catch (MongoBulkWriteException e) {
      if (e.getWriteErrors().stream()
              .allMatch(error -> error.getCode() == MongoErrors.DUPLICATE_KEY)
          && !e.getWriteErrors().isEmpty()) {
        return false;
      }
      throw e;
    }
  }

  /**
   * Takes from the documents what is recorded, all that one carries if nobody has written it since.
   * By operators, as an event of this must not look like one of a write.
   */
  private void settle(List<Settled> all, Deadline deadline) {
    List<WriteModel<RawBsonDocument>> models = new ArrayList<>();
    for (Settled settled : all) {
      StoredDocument stored = StoredDocument.of(settled.document());
      String etag = stored == null ? StoredDocument.NO_ETAG : stored.etag();
      BsonDocument filter = EntryFilter.key(settled.key());
      filter.putAll(Objects.requireNonNull(EntryFilter.etag(etag)));
      models.add(new UpdateOneModel<>(
          filter,
          Updates.combine(
              Updates.set("recorded", new BsonString(settled.digest())),
              Updates.set("history.revision", new BsonInt64(settled.revision())),
              MOVED)));
      if (!settled.replaced().isEmpty()) {
        BsonDocument written = EntryFilter.key(settled.key());
        written.putAll(EntryFilter.otherEtag(etag));
        models.add(new UpdateOneModel<>(
            written,
            Updates.combine(
                Updates.set("moved", new BsonString(etag)),
                Updates.pull(
                    "history.unrecorded",
                    new BsonDocument(ETAG, new BsonDocument("$in", settled.replaced()))))));
      }
    }
    if (!models.isEmpty()) {
      entries(deadline).bulkWrite(models, BatchWriter.UNORDERED);
    }
  }

  /** Makes tombstones of some expired entries, and removes old ones. Returns how many it made. */
  int expire(Deadline deadline) {
    Instant now = now();
    BsonDocument dead = EntryFilter.dead(new BsonDocument(), now.minus(EXPIRED_STAY))
        .append("deleted", new BsonDocument("$exists", BsonBoolean.FALSE));
    List<WriteModel<RawBsonDocument>> models = new ArrayList<>();
    for (RawBsonDocument document : entries(deadline)
        .find(dead)
        .projection(Projections.include(KEY, ETAG, EXPIRES_AT))
        .limit(MOST_AT_ONCE)) {
      StoredDocument stored = StoredDocument.of(document);
      if (stored != null) {
        BsonDocument filter = EntryFilter.dead(EntryFilter.key(stored.key()), now);
        filter.putAll(Objects.requireNonNull(EntryFilter.etag(stored.etag())));
        models.add(SessionCollection.updateModel(filter, RecordedUpdate.expire(now), false));
      }
    }
    if (!models.isEmpty()) {
      entries(deadline).bulkWrite(models, BatchWriter.UNORDERED);
    }
    Instant old = now.minus(RecordedUpdate.LONG_AGO).minus(TOMBSTONES_STAY);
    BsonDocument tombstones = EntryFilter.dead(new BsonDocument(), old);
    tombstones.putAll(IS_SETTLED);
    entries(deadline).deleteMany(tombstones.append("deleted", BsonBoolean.TRUE));
    return models.size();
  }

  /** Removes revisions that were replaced long enough ago, some at once. Returns how many. */
  int retain(Deadline deadline) {
    return config
        .state()
        .settings()
        .retention()
        .map(time -> removal(deadline).replacedBefore(now().minus(time)))
        .orElse(0);
  }

  /** Removes all that is over. */
  void purge(Deadline deadline) {
    removal(deadline).all(now());
  }

  private RevisionRemoval removal(Deadline deadline) {
    return new RevisionRemoval(
        revisions(deadline), (place, since) -> config.removing(place, since, deadline));
  }

  /** Has MongoDB remove expired entries again, after the history was turned off. */
  void leaveExpiryToTheServer(Deadline deadline) {
    ExpiryIndex.leaveToTheServer(entries(deadline));
    config.expiryIsLeftToTheServer(deadline);
  }

  /**
   * Records the end of the entries of dropped stores, and removes these.
   *
   * @param certain whether the store has its other name by now; otherwise it may get it yet
   * @return whether there was anything to do
   */
  synchronized boolean finishDrops(boolean certain, Deadline deadline) {
    boolean any = false;
    for (HistoryConfig.Dropped dropped : config.state().dropped()) {
      MongoCollection<RawBsonDocument> left =
          timed(database.getCollection(dropped.collection(), RawBsonDocument.class), deadline);
      boolean some = false;
      while (finishSome(left, dropped, deadline)) {
        some = true;
        checkTime(deadline);
      }
      any |= some;
      if (some || certain || dropped.at().isBefore(now().minus(DROPS_TAKE))) {
        left.drop();
        config.dropped(dropped, deadline);
      }
    }
    return any;
  }

  private boolean finishSome(
      MongoCollection<RawBsonDocument> left, HistoryConfig.Dropped dropped, Deadline deadline) {
    long last = lastPlace(deadline);
    Map<String, RawBsonDocument> documents = documents(left, new BsonDocument());
    if (documents.isEmpty()) {
      return false;
    }
    RevisionPlan plan = plan(documents.keySet(), deadline);
    documents.forEach((key, document) -> {
      plan.add(key, document);
      plan.addDrop(key, document, dropped.cause(), dropped.at().toEpochMilli());
    });
    if (write(plan.revisions(), plan.replaced(), last, deadline)) {
      left.deleteMany(new BsonDocument(KEY, in(documents.keySet())));
    } else {
      pause(deadline);
    }
    return true;
  }

  Labels labels(Deadline deadline) {
    return new Labels(
        timed(database.getCollection(Labels.COLLECTION, BsonDocument.class), deadline), store);
  }

  private MongoCollection<RawBsonDocument> entries(Deadline deadline) {
    return timed(database.getCollection(store, RawBsonDocument.class), deadline);
  }

  MongoCollection<RawBsonDocument> revisions(Deadline deadline) {
    return timed(database.getCollection(store + ".history", RawBsonDocument.class), deadline);
  }

  private static <T> MongoCollection<T> timed(MongoCollection<T> collection, Deadline deadline) {
    return collection.withTimeout(deadline.millisLeft(), TimeUnit.MILLISECONDS);
  }

  private void checkTime(Deadline deadline) {
    if (deadline.hasPassed()) {
      throw errors.unavailable("recording the history of store '" + store + "'", null);
    }
  }

  private void pause(Deadline deadline) {
    checkTime(deadline);
    try {
      deadline.pause();
    } catch (InterruptedException e) {
      throw errors.interrupted("recording the history of store '" + store + "'", e);
    }
  }
}
