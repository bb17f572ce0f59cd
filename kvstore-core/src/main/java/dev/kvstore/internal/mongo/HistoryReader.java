package dev.kvstore.internal.mongo;

import static dev.kvstore.internal.mongo.StoredDocument.EXPIRES_AT;
import static dev.kvstore.internal.mongo.StoredDocument.KEY;
import static dev.kvstore.internal.mongo.history.Revisions.AT;
import static dev.kvstore.internal.mongo.history.Revisions.OF_KEY;
import static dev.kvstore.internal.mongo.history.Revisions.PLACE;

import com.mongodb.client.MongoCursor;
import com.mongodb.client.model.Projections;
import dev.kvstore.ErrorCode;
import dev.kvstore.HistoryQuery;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVEntry;
import dev.kvstore.KVException;
import dev.kvstore.KVLabel;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVOperation;
import dev.kvstore.KVPage;
import dev.kvstore.KVRevision;
import dev.kvstore.RevisionSource;
import dev.kvstore.internal.mongo.history.Labels;
import dev.kvstore.internal.support.Chunks;
import dev.kvstore.internal.support.Deadline;
import dev.kvstore.internal.support.HistoryPosition;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.RawValue;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.bson.BsonArray;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonNumber;
import org.bson.BsonObjectId;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import org.bson.conversions.Bson;
import org.bson.types.ObjectId;
import org.jspecify.annotations.Nullable;

/**
 * Reads the history of a store. Pending revisions are moved to the history first, so that a read
 * includes all writes acknowledged before it.
 */
record HistoryReader(StoreAccess access, HistoryLog log) {
  private static final int PAGE_BYTES = 4 * 1024 * 1024;

  /** After this many revisions of a key, a new query skips the rest. */
  private static final int MOST_OF_KEY = 200;

  private static final int CHOICES_AT_ONCE = 2000;
  private static final int FETCHED_AT_ONCE = 100;

  private static final BsonDocument NONE = BsonDocument.parse("{key: {$in: []}}");
  private static final Bson WITHOUT_VALUE = Projections.exclude("entry.value");
  private static final Bson CHOICE = Projections.include(PLACE, OF_KEY, EXPIRES_AT);

  /** Returns a page of revisions, newest first. */
  KVPage<KVRevision<RawValue>> revisions(HistoryQuery query) {
    Deadline deadline = access.begin();
    return reading(deadline, () -> {
      String key = query.key().orElse(null);
      if (key == null) {
        log.moveAll(deadline);
      } else {
        catchUp(key, deadline);
      }
      BsonDocument filter = filter(query);
      query
          .after()
          .map(HistoryPosition::parse)
          .ifPresent(after -> place(filter, "$lt", after.place()));
      Bson order = BsonDocument.parse(key == null ? "{_id: -1}" : "{revision: -1}");
      return page(query, filter, order, deadline);
    });
  }

  /**
   * Returns a page of revisions in the order of their places. It always has a position to continue
   * from.
   */
  KVPage<KVRevision<RawValue>> changes(HistoryQuery query) {
    Deadline deadline = access.begin();
    return reading(deadline, () -> {
      log.moveAll(deadline);
      HistoryPosition after = query.after().map(HistoryPosition::parse).orElse(null);
      long begun = after == null ? log.config().read(deadline).gone() : after.removed();
      // Revisions after this place may be incomplete.
      long last = log.revisions(deadline).lastPlace();
      BsonDocument filter = filter(query);
      place(filter, "$lte", last);
      if (after != null) {
        place(filter, "$gt", after.place());
      }
      KVPage<KVRevision<RawValue>> page =
          page(query, filter, BsonDocument.parse("{_id: 1}"), deadline);
      // Check afterwards, because revisions may have been removed during the read. A position after
      // the last is of a database that was replaced by an older copy.
      if (after != null
          && (after.isGone(log.config().read(deadline).gone()) || after.place() > last)) {
        throw new KVException(
            ErrorCode.HISTORY_GONE,
            "Changes after the position " + after + " of store '" + log.store()
                + "' are no longer kept: read the current entries, and start over without a"
                + " position");
      }
      long end = page.next().map(Long::parseLong).orElse(last);
      return new KVPage<>(page.items(), Optional.of(new HistoryPosition(end, begun).toString()));
    });
  }

  Instant reachesBackTo() {
    Deadline deadline = access.begin();
    return reading(deadline, () -> since(log.config().state(), deadline));
  }

  /** Returns those entries that existed at that instant. */
  List<StoredDocument> some(Collection<String> keys, Instant at) {
    return at(at, deadline -> {
      List<StoredDocument> found = new ArrayList<>();
      for (List<String> chunk : Chunks.of(keys, Listing.CHUNK)) {
        BsonDocument of = EntryFilter.keys(chunk);
        List<Choice> chosen = choose(of, at, Integer.MAX_VALUE, deadline);
        found.addAll(entries(chosen, true, Long.MAX_VALUE, deadline));
      }
      return found;
    });
  }

  KVPage<StoredDocument> documents(KeyRange range, int limit, boolean withValue, Instant at) {
    return at(at, deadline -> {
      List<Choice> chosen = choose(EntryFilter.range(range), at, limit + 1, deadline);
      List<StoredDocument> found = entries(
          chosen.subList(0, Math.min(limit, chosen.size())), withValue, PAGE_BYTES, deadline);
      return new KVPage<>(
          found,
          !found.isEmpty() && found.size() < chosen.size()
              ? Optional.of(found.get(found.size() - 1).key())
              : Optional.empty());
    });
  }

  KVPage<String> keys(KeyRange range, int limit, Instant at) {
    return at(at, deadline -> {
      List<String> keys = choose(EntryFilter.range(range), at, limit + 1, deadline).stream()
          .map(Choice::key)
          .toList();
      return keys.size() <= limit
          ? new KVPage<>(keys, Optional.empty())
          : new KVPage<>(keys.subList(0, limit), Optional.of(keys.get(limit - 1)));
    });
  }

  int count(KeyRange range, int most, Instant at) {
    return at(
        at, deadline -> choose(EntryFilter.range(range), at, most, deadline).size());
  }

  <T> T labels(Function<Labels, T> use) {
    return labels(access.begin(), use);
  }

  boolean setLabel(KVLabel label) {
    Deadline deadline = access.begin();
    access.reading("the settings of the history", () -> {
      log.config().look(deadline);
      log.prepare(deadline);
      return true;
    });
    return labels(deadline, labels -> labels.set(label));
  }

  private <T> T labels(Deadline deadline, Function<Labels, T> use) {
    return reading(deadline, () -> use.apply(log.labels(deadline)));
  }

  private interface ReadAt<T> {
    T read(Deadline deadline);
  }

  private <T> T at(Instant at, ReadAt<T> read) {
    Deadline deadline = access.begin();
    return reading(deadline, () -> {
      if (at.isAfter(access.settings().clock().instant())) {
        throw new InvalidInputException(
            ErrorCode.INVALID_PARAMETER, "The instant " + at + " is in the future");
      }
      log.moveAll(deadline);
      T found = read.read(deadline);
      // Check afterwards, because revisions may have been removed during the read.
      Instant since = since(log.config().read(deadline), deadline);
      if (at.isBefore(since)) {
        throw new KVException(
            ErrorCode.HISTORY_GONE,
            "The history of store '" + log.store() + "' reaches back to " + since + ", not to "
                + at);
      }
      return found;
    });
  }

  /** Returns the instant that the history reaches back to, which begins with the first write. */
  private Instant since(HistoryConfig.State state, Deadline deadline) {
    return state.isKnown() || log.isEmpty(deadline) ? state.since() : log.now();
  }

  private <T> T reading(Deadline deadline, Supplier<T> read) {
    return access.reading(
        "the history of store '" + log.store() + "'",
        () -> access.sessions().call(deadline, () -> {
          log.config().look(deadline);
          HistoryConfig.State state = log.config().state();
          if (!log.config().settings().isEnabled() || (state.isKnown() && !state.isOn())) {
            throw new KVException(
                ErrorCode.NO_HISTORY, "The history of store '" + log.store() + "' is turned off");
          }
          return read.get();
        }));
  }

  private void catchUp(String key, Deadline deadline) {
    log.move(key, deadline);
    if (!log.config().state().isComplete()) {
      log.moveAll(deadline);
    }
  }

  /** The last revision of a key at an instant, of an entry that existed then. */
  private record Choice(long place, String key) {}

  /**
   * Returns the revisions at that instant. Reads only the index, and skips most revisions of a key
   * that has many.
   */
  private List<Choice> choose(BsonDocument keys, Instant at, int most, Deadline deadline) {
    BsonDocument of = keys.getDocument(KEY).clone();
    BsonDocument filter = new BsonDocument(OF_KEY, of)
        .append(AT, new BsonDocument("$lte", new BsonDateTime(at.toEpochMilli())));
    List<Choice> chosen = new ArrayList<>();
    String skipping = "";
    while (skipping != null) {
      if (!skipping.isEmpty()) {
        of.put("$gt", new BsonString(skipping));
      }
      skipping = choose(filter, at, most, chosen, deadline);
    }
    return chosen;
  }

  /** Returns the key after which to continue; null if all revisions are chosen. */
  private @Nullable String choose(
      BsonDocument filter, Instant at, int most, List<Choice> chosen, Deadline deadline) {
    String last = "";
    int skipped = 0;
    try (MongoCursor<RawBsonDocument> cursor = log.revisions(deadline)
        .collection()
        .find(filter)
        .sort(BsonDocument.parse("{key: 1, revision: -1}"))
        .projection(CHOICE)
        .batchSize(CHOICES_AT_ONCE)
        .iterator()) {
      while (chosen.size() < most && cursor.hasNext()) {
        RawBsonDocument revision = cursor.next();
        String key = revision.getString(OF_KEY).getValue();
        if (key.equals(last)) {
          skipped++;
          if (skipped >= MOST_OF_KEY) {
            return key;
          }
          continue;
        }
        last = key;
        skipped = 0;
        if (!(revision.get(EXPIRES_AT) instanceof BsonDateTime expiry)
            || expiry.getValue() > at.toEpochMilli()) {
          chosen.add(new Choice(revision.getInt64(PLACE).getValue(), key));
        }
      }
    }
    return null;
  }

  /** Returns the entries of these revisions, in order, until their size reaches the limit. */
  private List<StoredDocument> entries(
      List<Choice> chosen, boolean withValue, long mostBytes, Deadline deadline) {
    List<StoredDocument> entries = new ArrayList<>();
    long bytes = 0;
    for (List<Choice> some : Chunks.of(chosen, FETCHED_AT_ONCE)) {
      BsonArray places = new BsonArray();
      some.forEach(choice -> places.add(new BsonInt64(choice.place())));
      Map<Long, RawBsonDocument> found = new HashMap<>();
      for (RawBsonDocument revision : log.revisions(deadline)
          .collection()
          .find(new BsonDocument(PLACE, new BsonDocument("$in", places)))
          .projection(withValue ? null : WITHOUT_VALUE)
          .batchSize(some.size() + 1)) {
        found.put(revision.getInt64(PLACE).getValue(), revision);
      }
      for (Choice choice : some) {
        RawBsonDocument revision = found.get(choice.place());
        if (bytes >= mostBytes) {
          return entries;
        }
        if (revision != null) { // otherwise it was just removed, and the read will be refused
          StoredDocument entry = entry(revision);
          entries.add(entry);
          bytes += revision.getByteBuffer().remaining();
        }
      }
    }
    return entries;
  }

  private BsonDocument filter(HistoryQuery query) {
    BsonDocument filter = new BsonDocument();
    query.key().ifPresent(key -> filter.put(OF_KEY, new BsonString(key)));
    if (query.key().isEmpty() || !query.prefixes().contains("")) {
      filter.putAll(anyOf(query.prefixes()));
    }
    query.version().ifPresent(version -> filter.put("entry.version", new BsonInt64(version)));
    query.etag().ifPresent(etag -> filter.put("entry.etag", etag(etag)));
    query.author().ifPresent(author -> filter.put("by", new BsonString(author)));
    query
        .operation()
        .ifPresent(operation -> filter.put("operation", new BsonString(operation.text())));
    BsonDocument at = new BsonDocument();
    query.since().ifPresent(since -> at.put("$gte", ceiling(since)));
    query.until().ifPresent(until -> at.put("$lte", new BsonDateTime(until.toEpochMilli())));
    if (!at.isEmpty()) {
      filter.put(AT, at);
    }
    return filter;
  }

  private static BsonDocument anyOf(List<String> prefixes) {
    BsonArray ranges = new BsonArray();
    for (String prefix : prefixes) {
      BsonValue range = EntryFilter.range(new KeyRange(prefix, null)).get(KEY);
      ranges.add(new BsonDocument(OF_KEY, range));
    }
    return ranges.isEmpty() ? NONE : new BsonDocument("$or", ranges);
  }

  /** Returns the instant rounded up to a millisecond. */
  private static BsonDateTime ceiling(Instant since) {
    Instant floor = Instant.ofEpochMilli(since.toEpochMilli());
    return new BsonDateTime(floor.toEpochMilli() + (floor.isBefore(since) ? 1 : 0));
  }

  private static BsonValue etag(String etag) {
    return ObjectId.isValid(etag) && new ObjectId(etag).toHexString().equals(etag)
        ? new BsonObjectId(new ObjectId(etag))
        : new BsonString(etag); // matches nothing
  }

  private static void place(BsonDocument filter, String comparison, long place) {
    BsonDocument bounds = filter.getDocument(PLACE, new BsonDocument());
    filter.put(PLACE, bounds.append(comparison, new BsonInt64(place)));
  }

  private KVPage<KVRevision<RawValue>> page(
      HistoryQuery query, BsonDocument filter, Bson order, Deadline deadline) {
    List<KVRevision<RawValue>> items = new ArrayList<>();
    String position = "";
    long bytes = 0;
    try (MongoCursor<RawBsonDocument> cursor = log.revisions(deadline)
        .collection()
        .find(filter)
        .sort(order)
        .limit(query.limit() + 1)
        .batchSize(query.limit() + 2)
        .projection(query.hasValues() ? null : WITHOUT_VALUE)
        .iterator()) {
      while (cursor.hasNext()) {
        RawBsonDocument found = cursor.next();
        if (items.size() == query.limit() || bytes >= PAGE_BYTES) {
          return new KVPage<>(items, Optional.of(position));
        }
        items.add(revision(found, query.hasValues()));
        bytes += found.getByteBuffer().remaining();
        position = Long.toString(found.getInt64(PLACE).getValue());
      }
    }
    return new KVPage<>(items, Optional.empty());
  }

  private static StoredDocument entry(RawBsonDocument revision) {
    StoredDocument entry = StoredDocument.of((RawBsonDocument) revision.getDocument("entry"));
    if (entry == null) {
      throw new IllegalStateException("A revision is of no entry");
    }
    return entry;
  }

  static KVRevision<RawValue> revision(RawBsonDocument found, boolean withValue) {
    StoredDocument entry = found.containsKey("entry") ? entry(found) : null;
    KVMetadata metadata = entry == null ? null : entry.metadata();
    KVEntry<RawValue> stored = entry == null || !withValue ? null : entry.entry();
    return KVRevision.of(
        found.getString(OF_KEY).getValue(),
        KVOperation.valueOf(found.getString("operation").getValue().toUpperCase(Locale.ROOT)),
        Instant.ofEpochMilli(found.getDateTime(AT).getValue()),
        text(found, "by"),
        text(found, "comment"),
        found.get("from") instanceof BsonDocument from ? source(from) : null,
        metadata,
        stored);
  }

  private static RevisionSource source(BsonDocument from) {
    return new RevisionSource(
        Optional.ofNullable(text(from, "store")),
        Optional.ofNullable(text(from, "key")),
        from.get("version") instanceof BsonNumber version
            ? Optional.of(version.longValue())
            : Optional.empty(),
        Optional.ofNullable(text(from, "etag")));
  }

  private static @Nullable String text(BsonDocument document, String member) {
    return document.get(member) instanceof BsonString text ? text.getValue() : null;
  }
}
