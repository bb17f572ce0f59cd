package dev.kvstore.internal.mongo;

import static dev.kvstore.internal.mongo.StoredDocument.ETAG;
import static dev.kvstore.internal.mongo.StoredDocument.EXPIRES_AT;
import static dev.kvstore.internal.mongo.StoredDocument.KEY;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoCursor;
import com.mongodb.client.MongoDatabase;
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
import dev.kvstore.internal.mongo.history.RevisionPlan.Settled;
import dev.kvstore.internal.mongo.history.RevisionRemoval;
import dev.kvstore.internal.mongo.history.Revisions;
import dev.kvstore.internal.support.Deadline;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Restoration;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.RawBsonDocument;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/**
 * The history of one store: the collection {@code {store}.history} with a document per revision,
 * see {@link RevisionPlan}. Writers leave pending revisions in the documents of the store, see
 * {@link RecordedUpdate}; this class moves them to the history. Any node can do so at any time, and
 * may stop or fail at any point.
 *
 * <p>The {@code _id} of a revision is its place: 1, 2, 3 … A move reads the last place first, then
 * the documents, and adds their revisions after that place, in order. If another node has added
 * revisions in between, the place is taken: nothing is added, and the move starts over. So no
 * revision is recorded twice, and none ever appears before a place that was read. The last document
 * is never removed, so no place is reused. Thread-safe.
 */
final class HistoryLog {
  /** An indexed member of an entry's document, set while it has pending revisions. */
  static final String PENDING = "history.pending";

  private static final String RESTORED = "history." + RevisionPlan.RESTORED;

  private static final BsonDocument IS_PENDING = new BsonDocument(PENDING, BsonBoolean.TRUE);
  private static final BsonDocument IS_UNRECORDED =
      BsonDocument.parse("{recorded: {$exists: false}}");
  private static final BsonDocument NOT_PENDING =
      new BsonDocument(PENDING, new BsonDocument("$exists", BsonBoolean.FALSE));

  /** Matches documents that are completely recorded. */
  static final BsonDocument IS_SETTLED =
      NOT_PENDING.clone().append("recorded", new BsonDocument("$exists", BsonBoolean.TRUE));

  private static final BsonDocument MOVED = BsonDocument.parse(
      "{$unset: {moved: '', 'history.pending': '', 'history.unrecorded': '', 'history.fresh': '',"
          + " 'history.expired': ''}}");

  /**
   * How long a deleted entry stays as a tombstone, so that a writer whose reply was lost can find
   * out the outcome.
   */
  private static final Duration TOMBSTONES_STAY = Duration.ofMinutes(1);

  /** The minimum delay before an expired entry is removed, because clocks differ. */
  private static final Duration EXPIRED_STAY = Duration.ofMinutes(1);

  /** The time after which an announced drop that has not started counts as abandoned. */
  private static final Duration DROPS_TAKE = Duration.ofDays(2);

  private static final int MOST_AT_ONCE = 200;
  private static final long MOST_BYTES_AT_ONCE = 8 * 1024 * 1024;

  private final MongoDatabase database;
  private final String store;
  private final HistoryConfig config;
  private final MongoErrors errors;
  private final InstantSource clock;
  private final Lock lock = new ReentrantLock(true);
  private @Nullable Walk walk; // guarded by the lock

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
   * Stores settings. Creates the indexes first if the history is turned on.
   *
   * @param own true if these are the store's own settings, not those of the database
   */
  void configure(boolean own, HistorySettings settings, Deadline deadline) {
    boolean begins = settings.isEnabled() && !config.state().isOn();
    Instant begun = null;
    Instant since = Instant.EPOCH;
    if (begins) {
      revisions(deadline).createIndexes();
      begun = now();
      since = !config.state().isKnown() && isEmpty(deadline) ? Instant.EPOCH : begun;
    }
    config.store(settings, own, begun, since, deadline);
    if (begins) {
      alone(deadline, () -> walk = null); // it may have begun at the same instant
    }
  }

  /** Returns true if the store has no documents. */
  boolean isEmpty(Deadline deadline) {
    return entries(deadline).find().projection(Projections.include(KEY)).first() == null;
  }

  /** Records all pending revisions and, after the history was turned on, what changed before. */
  void moveAll(Deadline deadline) {
    movePending(deadline);
    adopt(deadline);
  }

  private void movePending(Deadline deadline) {
    while (alone(deadline, () -> move(IS_PENDING, deadline)).more()) {
      checkTime(deadline);
    }
  }

  /**
   * A comparison of all documents with the history, after it was turned on: entries may have been
   * written, changed and deleted without it.
   */
  private static final class Walk {
    private final Instant begun;

    /** True if no process takes the history for turned off any more. */
    private final boolean last;

    /** All documents up to this key are recorded; null if all are. */
    private @Nullable String documents = "";

    /** All entries up to this key that have no document are ended; null if all are. */
    private @Nullable String ended = "";

    Walk(Instant begun, boolean last) {
      this.begun = begun;
      this.last = last;
    }
  }

  /**
   * Records what was written without the history. Another process may follow old settings for a
   * while, so the first walk is not the last one; in between, new entries are looked for.
   */
  private void adopt(Deadline deadline) {
    while (alone(deadline, () -> adoptSome(deadline))) {
      checkTime(deadline);
    }
  }

  /** Returns true if there may be more to record. */
  private boolean adoptSome(Deadline deadline) {
    HistoryConfig.State seen = config.state();
    if (!seen.isOn() || seen.isComplete()) {
      walk = null;
      return false;
    }
    boolean last = now().isAfter(seen.begun().plus(HistoryConfig.GOOD_FOR).plus(errors.timeout()));
    if (walk == null || !walk.begun.equals(seen.begun()) || (walk.ended == null && last)) {
      walk = new Walk(seen.begun(), last);
    } else if (walk.ended == null) {
      return move(IS_UNRECORDED, deadline).more();
    }
    walkOn(walk, deadline);
    if (walk.ended == null && walk.last) {
      config.complete(seen, deadline);
    }
    return true;
  }

  private void walkOn(Walk on, Deadline deadline) {
    if (on.documents != null) {
      BsonDocument next =
          new BsonDocument(KEY, new BsonDocument("$gt", new BsonString(on.documents)));
      Moved moved = move(next, deadline);
      on.documents = moved.more() ? moved.last() : null;
    } else if (on.ended != null) {
      Revisions.Keys keys = revisions(deadline).keysAfter(on.ended);
      while (!keys.present().isEmpty() && !tryEnd(keys.present(), deadline)) {
        pause(deadline);
      }
      on.ended = keys.last();
    }
  }

  /** Records the ends of those entries that have no document, unless another move intervened. */
  private boolean tryEnd(List<String> keys, Deadline deadline) {
    long removals = config.state().removals();
    long place = revisions(deadline).lastPlace();
    Set<String> absent = new HashSet<>(keys);
    entries(deadline)
        .find(EntryFilter.keys(keys))
        .projection(Projections.include(KEY))
        .forEach(document -> absent.remove(document.getString(KEY).getValue()));
    RevisionPlan plan = plan(absent, deadline);
    absent.forEach(plan::addAbsent);
    return add(plan, place, removals, deadline);
  }

  /**
   * Records the unrecorded revisions of one key, including manual changes. Records all pending
   * revisions first, so that this key does not overtake earlier writes.
   */
  void move(String key, Deadline deadline) {
    movePending(deadline);
    while (alone(deadline, () -> tryMove(EntryFilter.key(key), key, deadline)) == null) {
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
   * The result of a move.
   *
   * @param more true if there may be more documents to move
   * @param last the last key that was moved
   */
  private record Moved(boolean more, String last) {
    static final Moved NOTHING = new Moved(false, "");
  }

  /** Moves the revisions of some documents. Returns null if a concurrent move intervened. */
  private @Nullable Moved tryMove(BsonDocument which, @Nullable String key, Deadline deadline) {
    long removals = config.state().removals();
    long place = revisions(deadline).lastPlace();
    Map<String, RawBsonDocument> documents = documents(entries(deadline), which);
    boolean full = isFull(documents);
    String last = documents.keySet().stream().reduce("", (before, each) -> each);
    boolean settled = documents
        .entrySet()
        .removeIf(each -> RevisionPlan.isSettled(each.getKey(), each.getValue()));
    Set<String> keys = key == null || settled ? documents.keySet() : Set.of(key);
    RevisionPlan plan = plan(keys, deadline);
    documents.forEach(plan::add);
    keys.stream().filter(each -> !documents.containsKey(each)).forEach(plan::addAbsent);
    if (!keys.isEmpty() && !add(plan, place, removals, deadline)) {
      return null;
    }
    settle(plan.settled(), deadline);
    prune(keys, plan, deadline);
    return new Moved(full, last);
  }

  /** Adds the planned revisions, unless they may have changed since the plan was made. */
  private boolean add(RevisionPlan plan, long place, long removals, Deadline deadline) {
    // Read the state after the documents: if one belongs to a recreated store, the drop before it
    // is announced there. Read it after the revisions, too: a revision removed in between looks
    // unrecorded.
    config.read(deadline);
    return !finishDrops(null, deadline)
        && config.state().removals() == removals
        && revisions(deadline).add(plan.revisions(), plan.replaced(), place);
  }

  private void prune(Set<String> keys, RevisionPlan plan, Deadline deadline) {
    int most = config.state().settings().revisions().orElse(0);
    if (most > 0) {
      keys.forEach(each -> removal(deadline).allButTheNewest(each, most, plan.lastRevision(each)));
    }
  }

  /**
   * Stores revisions unchanged, and the documents that result from them. Writes the documents
   * first, as recorded, so that a concurrent move finds nothing to record. A restoration that fails
   * in between can be repeated.
   */
  void restore(Restoration restoration, Deadline deadline) {
    alone(deadline, () -> {
      restoreAlone(restoration, deadline);
      return true;
    });
  }

  private void restoreAlone(Restoration restoration, Deadline deadline) {
    long place = revisions(deadline).lastPlace();
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
    if (!revisions(deadline).add(plan.restored(), plan.replaced(), place)) {
      throw Restoration.refusal(store, "it was written in the meantime");
    }
    prune(keys, plan, deadline);
  }

  private void begin(Restoration restoration, long place, Deadline deadline) {
    RawBsonDocument found = revisions(deadline).find(place);
    KVRevision<RawValue> last = found == null || !found.containsKey(Revisions.OF_KEY)
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

  /** Returns the documents in key order, or in any order for pending ones. */
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
    HistoryConfig.State state = config.state();
    Instant begun = state.isOn() && !state.isComplete() ? state.begun() : Instant.EPOCH;
    return revisions(deadline).plan(keys, begun, now());
  }

  /**
   * Removes recorded revisions from the documents; from one that was not written since, all of
   * them. Uses update operators, because the change event must not look like that of a write.
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

  /**
   * Turns a batch of expired entries into tombstones, and removes old tombstones. Returns the
   * number of new tombstones.
   */
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

  /** Removes a batch of revisions past their retention. Returns the number removed. */
  int retain(Deadline deadline) {
    return config
        .state()
        .settings()
        .retention()
        .map(time -> removal(deadline).replacedBefore(now().minus(time)))
        .orElse(0);
  }

  /**
   * Removes all revisions of a store that was dropped; if it has new entries with a history, not
   * their last ones. Returns true if there were any.
   *
   * @param dropped the new name of its collection, if it was certainly renamed
   */
  boolean purge(@Nullable String dropped, Deadline deadline) {
    finishDrops(dropped, deadline);
    moveAll(deadline);
    boolean any = revisions(deadline).lastPlace() > 0;
    if (any) {
      removal(deadline).all(!config.state().isOn(), now());
    }
    return any;
  }

  private RevisionRemoval removal(Deadline deadline) {
    return new RevisionRemoval(
        revisions(deadline), (place, since) -> config.removing(place, since, deadline));
  }

  /** Lets MongoDB remove expired entries again, after the history was turned off. */
  void leaveExpiryToTheServer(Deadline deadline) {
    ExpiryIndex.leaveToTheServer(entries(deadline));
    config.expiryIsLeftToTheServer(deadline);
  }

  /**
   * Records the deletion of the entries of dropped stores, and removes those collections.
   *
   * @param certain the collection of a store that was certainly renamed, if any; a rename that was
   *     announced by another process may still happen
   * @return true if there was anything to record
   */
  boolean finishDrops(@Nullable String certain, Deadline deadline) {
    boolean any = false;
    for (HistoryConfig.Dropped dropped : config.state().dropped()) {
      MongoCollection<RawBsonDocument> left =
          timed(database.getCollection(dropped.collection(), RawBsonDocument.class), deadline);
      boolean some = false;
      while (alone(deadline, () -> finishSome(left, dropped, deadline))) {
        some = true;
        checkTime(deadline);
      }
      any |= some;
      if (some
          || dropped.collection().equals(certain)
          || dropped.at().isBefore(now().minus(DROPS_TAKE))) {
        left.drop();
        config.dropped(dropped, deadline);
      }
    }
    return any;
  }

  private boolean finishSome(
      MongoCollection<RawBsonDocument> left, HistoryConfig.Dropped dropped, Deadline deadline) {
    long removals = config.state().removals();
    long last = revisions(deadline).lastPlace();
    Map<String, RawBsonDocument> documents = documents(left, new BsonDocument());
    if (documents.isEmpty()) {
      return false;
    }
    RevisionPlan plan = plan(documents.keySet(), deadline);
    documents.forEach((key, document) -> {
      plan.add(key, document);
      plan.addDrop(key, document, dropped.cause(), dropped.at().toEpochMilli());
    });
    if (config.read(deadline).removals() == removals
        && revisions(deadline).add(plan.revisions(), plan.replaced(), last)) {
      left.deleteMany(new BsonDocument(KEY, Revisions.in(documents.keySet())));
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

  Revisions revisions(Deadline deadline) {
    return new Revisions(
        timed(database.getCollection(store + ".history", RawBsonDocument.class), deadline));
  }

  private static <T> MongoCollection<T> timed(MongoCollection<T> collection, Deadline deadline) {
    return collection.withTimeout(deadline.millisLeft(), TimeUnit.MILLISECONDS);
  }

  /**
   * Does one step while no other thread of this process does one, because they would only disturb
   * each other. The lock is fair, so that a read gets its turn between the steps of a long walk.
   */
  private <T extends @Nullable Object> T alone(Deadline deadline, Supplier<T> step) {
    try {
      if (!lock.tryLock(deadline.millisLeft(), TimeUnit.MILLISECONDS)) {
        throw errors.unavailable(doing(), null);
      }
    } catch (InterruptedException e) {
      throw errors.interrupted(doing(), e);
    }
    try {
      return step.get();
    } finally {
      lock.unlock();
    }
  }

  private String doing() {
    return "recording the history of store '" + store + "'";
  }

  private void checkTime(Deadline deadline) {
    if (deadline.hasPassed()) {
      throw errors.unavailable(doing(), null);
    }
  }

  private void pause(Deadline deadline) {
    checkTime(deadline);
    try {
      deadline.pause();
    } catch (InterruptedException e) {
      throw errors.interrupted(doing(), e);
    }
  }
}
