package dev.kvstore.internal.mongo.history;

import dev.kvstore.KVOperation;
import dev.kvstore.KVRevision;
import dev.kvstore.spi.Cause;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonObjectId;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.jspecify.annotations.Nullable;

/**
 * Determines which revisions to add to the history, from documents of a store and the last recorded
 * revisions of their keys. A revision is
 *
 * <pre>
 * { _id: NumberLong(…), key: "ui.theme", revision: NumberLong(…), at: Date, operation: "set",
 *   by: "alice", comment: "…", from: { … }, digest: "…",
 *   expiresAt: Date,                  // when the entry is absent again; immediately for a delete
 *   replaced: Date,                   // when another replaced it, or the entry was deleted
 *   entry: { _id: "ui.theme", value: …, version: …, etag: …, … } }     // as it was stored
 * </pre>
 *
 * <p>Revisions that are already recorded are recognized by their digests, so that none is recorded
 * twice. One instance per attempt; not thread-safe.
 */
public final class RevisionPlan {
  private static final String DELETE = KVOperation.DELETE.text();
  private static final String EXPIRE = KVOperation.EXPIRE.text();
  private static final BsonDocumentCodec CODEC = new BsonDocumentCodec();

  /** A member of a document's {@code history}: it is as a restoration left it. */
  public static final String RESTORED = "restored";

  private final Map<String, Head> heads;
  private final BiFunction<String, Long, Set<String>> digestsFrom;
  private final long begun;
  private final long now;
  private final List<Planned> planned = new ArrayList<>();
  private final Map<Long, BsonDateTime> replaced = new HashMap<>();
  private final List<Settled> settled = new ArrayList<>();

  /**
   * The last revision of a key.
   *
   * @param id its place in the history; null if it is only planned
   */
  public record Head(
      @Nullable Long id, long revision, long at, @Nullable Long expiresAt, BsonDocument document) {
    /** Returns the head for a recorded revision. */
    public static Head of(BsonDocument revision) {
      return new Head(
          revision.getInt64("_id").getValue(),
          revision.getInt64("revision").getValue(),
          revision.getDateTime("at").getValue(),
          date(revision, "expiresAt"),
          revision);
    }

    boolean isLiveAt(long time) {
      return expiresAt == null || expiresAt > time;
    }

    private String digest() {
      return document.getString("digest").getValue();
    }

    boolean isGone() {
      return expiresAt != null && expiresAt <= at;
    }
  }

  /**
   * A document that is completely recorded once the planned revisions are in the history.
   *
   * @param revision the revision of its current state
   * @param replaced the etags of the replaced states that it carries
   */
  public record Settled(
      String key, RawBsonDocument document, long revision, String digest, BsonArray replaced) {}

  /**
   * @param heads the last revisions of the keys that have any
   * @param digestsFrom returns the digests of a key's revisions from this number on
   * @param begun the instant at which something seen now happened at the latest, if the last
   *     revision of its key is older
   */
  public RevisionPlan(
      Map<String, Head> heads,
      BiFunction<String, Long, Set<String>> digestsFrom,
      Instant begun,
      Instant now) {
    this.heads = new HashMap<>(heads);
    this.digestsFrom = digestsFrom;
    this.begun = begun.toEpochMilli();
    this.now = now.toEpochMilli();
  }

  /**
   * A revision to add.
   *
   * @param etag the etag of the write; empty if it is unknown
   */
  private record Planned(BsonDocument revision, String etag) {
    long number() {
      return revision.getInt64("revision").getValue();
    }
  }

  /**
   * Returns the revisions to add, in chronological order, without places. Etags of one process are
   * in the order of its writes, so they order those of the same millisecond.
   */
  public List<BsonDocument> revisions() {
    return planned.stream()
        .sorted(Comparator.comparingLong(Planned::number).thenComparing(Planned::etag))
        .map(Planned::revision)
        .toList();
  }

  /** Returns the revisions to add, in the order in which they were planned. */
  public List<BsonDocument> restored() {
    return planned.stream().map(Planned::revision).toList();
  }

  /** Returns the places of the recorded revisions that were replaced, and when. */
  public Map<Long, BsonDateTime> replaced() {
    return replaced;
  }

  public List<Settled> settled() {
    return settled;
  }

  /** Returns true if the document is marked as completely recorded. */
  public static boolean isSettled(String key, RawBsonDocument document) {
    State state = new State(key, document);
    return !state.said.containsKey("pending") && state.isRecorded();
  }

  /** Plans the revisions of a key's document. */
  public void add(String key, RawBsonDocument document) {
    List<State> states = new ArrayList<>();
    BsonArray etags = new BsonArray();
    State present = new State(key, document);
    if (present.said.get("unrecorded") instanceof List<?> unrecorded) {
      for (Object each : unrecorded) {
        State state = new State(key, (RawBsonDocument) each);
        states.add(state);
        if (state.source.get("etag") instanceof BsonObjectId etag) {
          etags.add(etag);
        }
      }
    }
    states.add(present);
    for (int i = 0; i < states.size(); i++) {
      long before = i + 1 < states.size() ? states.get(i + 1).writtenAt() : seenAt(key);
      add(states.get(i), before);
    }
    Head head = heads.get(key);
    long revision = present.isRecorded() || head == null
        ? present.revision
        : Math.max(present.revision, head.revision);
    String digest = EntryImage.digest(present.image, revision);
    settled.add(new Settled(key, document, revision, digest, etags));
  }

  /** Returns the latest instant at which something happened that was not recorded. */
  private long seenAt(String key) {
    Head head = heads.get(key);
    return head != null && head.at < begun ? begun : now;
  }

  /** Returns the last revision of the key, planned or in the history; 0 if it has none. */
  public long lastRevision(String key) {
    Head head = heads.get(key);
    return head == null ? 0 : head.revision;
  }

  /** Plans the end of an entry whose document no longer exists. */
  public void addAbsent(String key) {
    Head head = heads.get(key);
    if (head != null && !head.isGone()) {
      addUnseenEnd(key, head, seenAt(key));
    }
  }

  /** Plans the deletion of an entry by the drop of its store. Call after {@link #add}. */
  public void addDrop(String key, RawBsonDocument document, Cause cause, long at) {
    Head head = heads.get(key);
    if (head == null || head.isGone()) {
      return;
    }
    if (!head.isLiveAt(at)) {
      addUnseenEnd(key, head, at);
      return;
    }
    BsonDocument drop = revision(key, KVOperation.DROP.text(), cause.author(), cause.comment());
    append(drop, Math.max(head.revision + 1, at << 20), at, null, head.digest() + "-drop");
  }

  /** Adds an end of an entry that was not recorded: an expiry or a manual delete. */
  private void addUnseenEnd(String key, Head head, long before) {
    boolean expired = !head.isLiveAt(before);
    BsonDocument end = revision(key, expired ? EXPIRE : DELETE, null, null);
    long at = expired && head.expiresAt != null ? head.expiresAt : before;
    append(end, head.revision + 1, at, null, head.digest() + "-end");
  }

  /**
   * Plans a revision as it was.
   *
   * @param document of the entry that it left; null if it left none
   * @return what the store has of the key with it, of which all is recorded; not of one that
   *     another process has written
   */
  public RawBsonDocument restore(KVRevision<?> revision, @Nullable BsonDocument document) {
    String key = revision.key();
    Head head = heads.get(key);
    long number = RecordedUpdate.revision(revision.at());
    if (head != null) {
      number = Math.max(number, head.revision + RecordedUpdate.STEP);
    }
    BsonDocument left = document == null ? RecordedUpdate.tombstone(key, revision.at()) : document;
    BsonDocument said = new BsonDocument("revision", new BsonInt64(number))
        .append("operation", new BsonString(revision.operation().text()));
    if (left.containsKey("etag")) {
      said.put("etag", left.get("etag"));
    }
    revision.comment().ifPresent(text -> said.put("comment", new BsonString(text)));
    revision.from().ifPresent(from -> said.put("from", RecordedUpdate.source(from)));
    left.put("history", said.append(RESTORED, BsonBoolean.TRUE));
    State state = new State(key, new RawBsonDocument(left, CODEC));
    BsonDocument added = revision(
        key,
        revision.operation().text(),
        revision.author().orElse(null),
        revision.comment().orElse(null));
    revision.from().ifPresent(from -> added.put("from", RecordedUpdate.source(from)));
    append(added, number, revision.at().toEpochMilli(), state, state.digest);
    left.put("recorded", new BsonString(state.digest));
    return new RawBsonDocument(left, CODEC);
  }

  private void add(State state, long before) {
    if (state.isRecorded()) {
      return;
    }
    Head head = heads.get(state.key);
    Set<String> known = head != null && head.revision > state.revision - RecordedUpdate.STEP
        ? digestsFrom.apply(state.key, state.revision - RecordedUpdate.STEP + 1)
        : Set.of();
    if (known.contains(state.digest)) {
      return;
    }
    boolean byHand = state.isSaid && state.source.containsKey("recorded");
    if (head != null && !head.isGone() && state.isSaid && !byHand) {
      Long expired = date(state.said, "expired");
      if (expired != null) {
        BsonDocument expiry = revision(state.key, EXPIRE, null, null);
        append(expiry, state.revision - 1, expired, null, state.digest + "-expire");
      } else if (state.said.containsKey("fresh")) {
        addUnseenEnd(state.key, head, state.writtenAt());
      }
    }
    append(
        byHand ? revision(state.key, KVOperation.SET.text(), null, null) : state.toRevision(),
        state.revision,
        byHand ? before : state.writtenAt(),
        state,
        state.digest);
  }

  private static BsonDocument revision(
      String key, String operation, @Nullable String by, @Nullable String comment) {
    BsonDocument revision =
        new BsonDocument("key", new BsonString(key)).append("operation", new BsonString(operation));
    if (by != null) {
      revision.put("by", new BsonString(by));
    }
    if (comment != null) {
      revision.put("comment", new BsonString(comment));
    }
    return revision;
  }

  /** Appends a revision after the last one of its key, in number and time. */
  private void append(
      BsonDocument revision, long number, long at, @Nullable State state, String digest) {
    String key = revision.getString("key").getValue();
    Head last = heads.get(key);
    long place = last == null ? number : Math.max(number, last.revision + 1);
    BsonDateTime time = new BsonDateTime(last == null ? at : Math.max(at, last.at));
    boolean live = state != null && !state.isDeleted();
    Long expiresAt = live ? date(state.source, "expiresAt") : (Long) time.getValue();
    revision
        .append("revision", new BsonInt64(place))
        .append("at", time)
        .append("digest", new BsonString(digest));
    if (expiresAt != null) {
      revision.put("expiresAt", new BsonDateTime(expiresAt));
    }
    if (live) {
      revision.put("entry", state.image);
    } else {
      revision.put("replaced", time);
    }
    if (last != null && last.id == null) {
      last.document.putIfAbsent("replaced", time);
    } else if (last != null) {
      replaced.putIfAbsent(last.id, time);
    }
    planned.add(new Planned(revision, state == null ? "" : state.etag()));
    heads.put(key, new Head(null, place, time.getValue(), expiresAt, revision));
  }

  private static @Nullable Long date(BsonDocument document, String member) {
    return document.get(member) instanceof BsonDateTime date ? date.getValue() : null;
  }

  /** A state of an entry, current or replaced. */
  private static final class State {
    final String key;
    final RawBsonDocument source;
    final BsonDocument said;
    final RawBsonDocument image;
    final long revision;
    final String digest;

    /**
     * True if the history in the document describes this state; a manual write does not update it.
     */
    final boolean isSaid;

    State(String key, RawBsonDocument source) {
      this.key = key;
      this.source = source;
      this.said =
          source.get("history") instanceof BsonDocument history ? history : new BsonDocument();
      this.image = EntryImage.of(key, source);
      this.revision = said.get("revision") instanceof BsonInt64 number
          ? number.getValue()
          : RecordedUpdate.revision(Instant.ofEpochMilli(writtenAt()));
      this.digest = EntryImage.digest(image, revision);
      BsonValue etag = source.get("etag");
      this.isSaid = etag != null && etag.equals(said.get("etag"));
    }

    boolean isRecorded() {
      return source.get("recorded") instanceof BsonString recorded
          && recorded.getValue().equals(digest);
    }

    String etag() {
      return source.get("etag") instanceof BsonObjectId etag ? etag.getValue().toHexString() : "";
    }

    boolean isDeleted() {
      return BsonBoolean.TRUE.equals(source.get("deleted"));
    }

    long writtenAt() {
      Long updated = date(source, "updatedAt");
      Long created = date(source, "createdAt");
      return updated != null ? updated : created != null ? created : 0;
    }

    BsonDocument toRevision() {
      String by = text(source, "updatedBy");
      if (!isSaid) {
        return RevisionPlan.revision(key, KVOperation.SET.text(), by, null);
      }
      String operation = text(said, "operation");
      BsonDocument revision = RevisionPlan.revision(
          key, operation == null ? KVOperation.SET.text() : operation, by, text(said, "comment"));
      if (said.get("from") instanceof BsonDocument from) {
        revision.put("from", from);
      }
      return revision;
    }

    private static @Nullable String text(BsonDocument document, String member) {
      return document.get(member) instanceof BsonString text ? text.getValue() : null;
    }
  }
}
