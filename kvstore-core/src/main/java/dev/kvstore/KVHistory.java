package dev.kvstore;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The history of a store: every revision of every entry, deleted ones included, as far back as it
 * is kept. From {@link KVStore#history()}. Thread-safe; each method may reach the database.
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
  /** Returns the first page of the key's revisions with their values, the present one first. */
  default <T> KVPage<KVRevision<T>> revisions(String key, Class<T> type) {
    return revisions(HistoryQuery.key(key).withValues(), KVType.of(type));
  }

  /**
   * Returns a page of the selected revisions, the newest first; those of one key are in the reverse
   * order in which they happened.
   *
   * @param type of the values, if the query asks for them
   * @throws TypeMismatchException if a value is of another type
   */
  <T> KVPage<KVRevision<T>> revisions(HistoryQuery query, KVType<T> type);

  /** As {@link #revisions(HistoryQuery, KVType)}, without values. */
  default KVPage<KVRevision<Object>> revisions(HistoryQuery query) {
    return revisions(query, KVType.of(Object.class));
  }

  /**
   * Returns a page of the selected revisions in the order in which they happened, the oldest first.
   * {@link KVPage#next()} is always there, also on an empty page: nothing appears before it any
   * more, and asking again later continues there, in another process, too.
   *
   * @throws InvalidInputException if {@link HistoryQuery#after} is not such a position
   * @throws KVException with {@link ErrorCode#HISTORY_GONE} if revisions after it are no longer
   *     kept
   */
  <T> KVPage<KVRevision<T>> changes(HistoryQuery query, KVType<T> type);

  /** Returns the earliest instant that {@link ReadOptions#at} reaches. */
  Instant reachesBackTo();

  /**
   * Stores the value of that revision again, as a new version. The entry keeps its present expiry;
   * an absent one gets none.
   *
   * @param options its condition applies; a time to live is ignored
   * @throws KVException with {@link ErrorCode#VERSION_NOT_FOUND} if there is no such revision or it
   *     has no value
   * @throws PreconditionFailedException if the condition does not hold
   */
  KVMetadata rollback(String key, RevisionSelector revision, WriteOptions options);

  /**
   * Makes all entries whose keys begin with the prefix what they were at that instant: entries that
   * were absent then are deleted, and equal ones are not written. Atomic if the database has
   * transactions; otherwise an entry that changes meanwhile is reported as failed and stays.
   *
   * @throws PreconditionFailedException if the options have a fingerprint that does not match
   * @throws KVException with {@link ErrorCode#HISTORY_GONE} if the history does not reach back that
   *     far; {@link ErrorCode#TOO_LARGE} if more than 10,000 entries or 64 MiB would change
   */
  ChangeReport rollbackAll(String prefix, Instant at, RollbackOptions options);

  /** Returns all labels, in the order of their instants. */
  List<KVLabel> labels();

  Optional<KVLabel> label(String name);

  /** Stores the label, replacing one with its name. Returns true if there was none. */
  boolean setLabel(KVLabel label);

  /**
   * Gives the present instant this name, by the clock of the database's process or the service, and
   * returns the label. Replaces one with its name.
   *
   * @param options their author and comment are the label's
   */
  KVLabel setLabel(String name, WriteOptions options);

  /** Deletes the label. Returns true if there was one. */
  boolean deleteLabel(String name);

  /** Returns what is kept of this store: its own settings, or those of the database. */
  HistorySettings settings();

  /**
   * Gives the store settings of its own, for all processes that use the database. Turning history
   * on begins with the present entries; what was before is not reached.
   */
  void configure(HistorySettings settings);
}
