package dev.kvstore;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The history of a store: every revision of every entry, including deleted ones, as far back as
 * revisions are kept. Obtained from {@link KVStore#history()}. Thread-safe; each method may reach
 * the database.
 *
 * <p>Each method throws {@link KVException} with {@link ErrorCode#NO_HISTORY} if the store has no
 * history, except {@link #settings()} and {@link #configure}.
 *
 * <pre>{@code
 * KVHistory history = store.history();
 * for (KVRevision<String> revision : history.revisions("ui.theme", String.class).items()) {
 *   show(revision.at(), revision.author(), revision.comment(), revision.entry());
 * }
 * history.rollback("ui.theme", RevisionSelector.version(3), WriteOptions.DEFAULT.author("alice"));
 * Map<String, String> then = store.getAll("ui.", String.class, ReadOptions.DEFAULT.at(noon));
 * }</pre>
 *
 * @since 0.1.0
 */
public interface KVHistory {
  /** Returns the first page of the key's revisions with their values, the current one first. */
  default <T> KVPage<KVRevision<T>> revisions(String key, Class<T> type) {
    return revisions(HistoryQuery.key(key).withValues(), KVType.of(type));
  }

  /**
   * Returns a page of the selected revisions, newest first. Revisions of the same key are strictly
   * in reverse chronological order.
   *
   * @param type the type of the values, if the query asks for them
   * @throws TypeMismatchException if a value is of another type
   */
  <T> KVPage<KVRevision<T>> revisions(HistoryQuery query, KVType<T> type);

  /** Like {@link #revisions(HistoryQuery, KVType)}, without values. */
  default KVPage<KVRevision<Object>> revisions(HistoryQuery query) {
    return revisions(query, KVType.of(Object.class));
  }

  /**
   * Returns a page of the selected revisions in chronological order, oldest first.
   * {@link KVPage#next()} is always present, even on an empty page. No revision will later appear
   * before it, so pass it to a later call, in this or another process, to continue.
   *
   * @throws InvalidInputException if {@link HistoryQuery#after} is not such a position
   * @throws KVException with {@link ErrorCode#HISTORY_GONE} if revisions after it are no longer
   *     kept
   */
  <T> KVPage<KVRevision<T>> changes(HistoryQuery query, KVType<T> type);

  /** Returns the earliest instant that {@link ReadOptions#at} can read. */
  Instant reachesBackTo();

  /**
   * Stores the value of that revision again, as a new version. An existing entry keeps its expiry;
   * a new one has none.
   *
   * @param options the condition applies to the current entry; a time to live is ignored
   * @throws KVException with {@link ErrorCode#VERSION_NOT_FOUND} if there is no such revision or it
   *     has no value
   * @throws PreconditionFailedException if the condition does not hold
   */
  KVMetadata rollback(String key, RevisionSelector revision, WriteOptions options);

  /**
   * Restores all entries whose keys begin with the prefix to their state at that instant: entries
   * that did not exist then are deleted, and entries that are equal are not written. Atomic if the
   * database has transactions; otherwise an entry that changes concurrently is left alone and
   * reported as failed.
   *
   * @throws PreconditionFailedException if the options have a fingerprint that does not match
   * @throws OutcomeUnknownException if a database without transactions failed after some entries
   *     were restored; the rollback can be repeated
   * @throws KVException with {@link ErrorCode#HISTORY_GONE} if the history does not reach back that
   *     far; {@link ErrorCode#TOO_LARGE} if more than 10,000 entries or 64 MiB would change;
   *     {@link ErrorCode#CONFLICT} if entries kept changing
   */
  ChangeReport rollbackAll(String prefix, Instant at, RollbackOptions options);

  /** Returns all labels, ordered by instant. */
  List<KVLabel> labels();

  /** Returns the label of this name, or empty. */
  Optional<KVLabel> label(String name);

  /**
   * Stores the label, replacing any label of the same name. Returns true if there was none. The
   * instant is not checked, except by a service, which refuses those that it cannot read.
   */
  boolean setLabel(KVLabel label);

  /**
   * Labels the present instant with this name and returns the label, replacing any label of the
   * same name. The instant is that of the clock of this database, or of the service.
   *
   * @param options the author and comment of the label; other options are ignored
   */
  KVLabel setLabel(String name, WriteOptions options);

  /** Deletes the label. Returns true if there was one. */
  boolean deleteLabel(String name);

  /** Returns the history settings of this store: its own, or else those of the database. */
  HistorySettings settings();

  /**
   * Sets the history settings of this store, for all processes that use the database. A history
   * that is turned on begins with the present entries; earlier states cannot be read.
   */
  void configure(HistorySettings settings);
}
