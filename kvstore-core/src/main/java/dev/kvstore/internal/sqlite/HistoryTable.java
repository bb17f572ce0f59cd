package dev.kvstore.internal.sqlite;

import dev.kvstore.HistoryQuery;
import dev.kvstore.HistorySettings;
import dev.kvstore.KVLabel;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVOperation;
import dev.kvstore.KVRevision;
import dev.kvstore.RevisionSource;
import dev.kvstore.spi.Cause;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Restoration;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Records revisions in the open transaction, on the writer's thread.
 *
 * <p>The current revision of an entry shares the value row of the entry. When it is replaced, the
 * revision keeps that row and the entry gets a new one, so values are never copied.
 *
 * <p>The file stores the position up to which its history is complete, and which stores were
 * recorded up to there. If another version of kvstore has written to it since, or a store was not
 * recorded, {@link #catchUp} records the current state.
 */
final class HistoryTable {
  private static final int SWEPT_AT_ONCE = 100;

  private static final Duration BETWEEN_SWEEPS = Duration.ofSeconds(10);

  private static final String ADD_STORE =
      "INSERT INTO history_stores (name, recorded) VALUES (?, 1) ON CONFLICT (name) DO NOTHING";
  private static final String SET_RECORDED =
      "UPDATE history_stores SET recorded = ?2 WHERE name = ?1";

  /** An earlier version did not store whether a store is recorded. */
  private static final int UNKNOWN = -1;

  private static final String STORES = "SELECT s.name, coalesce(h.recorded, " + UNKNOWN
      + ") FROM (SELECT name FROM stores s WHERE NOT " + Rows.IS_DROPPED
      + " UNION SELECT name FROM history_stores) s LEFT JOIN history_stores h ON h.name = s.name";
  private static final String LAST_OF_KEY = " FROM history WHERE store_id = " + Rows.HISTORY_ID
      + " AND key = ?2 ORDER BY seq DESC LIMIT 1";
  private static final String LAST_TIME = "SELECT at" + LAST_OF_KEY;
  private static final String REPLACE = "UPDATE history SET value_id = ?3, replaced_at = ?4"
      + " WHERE seq = (SELECT seq" + LAST_OF_KEY + ")";
  private static final String ADD = "INSERT INTO history (store_id, key, operation, at, author,"
      + " comment, from_store, from_key, from_version, from_etag, version, etag, created_at,"
      + " expires_at, replaced_at) VALUES (" + Rows.HISTORY_ID
      + ", ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)";
  private static final String SURPLUS = "SELECT seq, value_id, replaced_at FROM history WHERE"
      + " store_id = " + Rows.HISTORY_ID + " AND key = ?2 AND seq < (SELECT seq" + LAST_OF_KEY
      + " OFFSET ?3 - 1) ORDER BY seq LIMIT 100";
  private static final String OLD = "SELECT seq, value_id, replaced_at FROM history WHERE"
      + " store_id = " + Rows.HISTORY_ID + " AND replaced_at <= ?2 ORDER BY replaced_at, seq LIMIT "
      + SWEPT_AT_ONCE;
  private static final String REMOVE = "DELETE FROM history WHERE seq = ?";
  private static final String REMOVE_VALUE = "DELETE FROM entry_values WHERE id = ?";
  private static final String REMOVE_VALUES = "DELETE FROM entry_values WHERE id IN (SELECT"
      + " value_id FROM history WHERE store_id = " + Rows.HISTORY_ID + " AND value_id IS NOT NULL)";
  private static final String PURGED = "UPDATE history_stores SET since = max(since, ?2), removed ="
      + " max(removed, (SELECT coalesce(max(seq), 0) FROM history WHERE store_id = "
      + Rows.HISTORY_ID + ")) WHERE name = ?1";
  private static final String REACHES = "UPDATE history_stores SET since = max(since, ?2),"
      + " removed = max(removed, ?3) WHERE name = ?1";

  /** A subquery for the last revision of a key of the store. */
  private static final String LAST =
      "(SELECT max(seq) FROM history WHERE store_id = " + Rows.HISTORY_ID + " AND key = e.key)";

  private static final String GIVE_VALUES = "UPDATE history AS h SET value_id = (SELECT value_id"
      + " FROM entries e WHERE " + Rows.IN_STORE + " AND e.key = h.key AND e.etag = h.etag),"
      + " replaced_at = ?2 WHERE store_id = " + Rows.HISTORY_ID + " AND replaced_at IS NULL";
  private static final String EXPIRE_ALL = "INSERT INTO history (store_id, key, operation, at,"
      + " replaced_at) SELECT " + Rows.HISTORY_ID
      + ", e.key, 'expire', max(e.expires_at, e.updated_at), max(e.expires_at, e.updated_at) FROM"
      + " entries e WHERE " + Rows.IN_STORE + " AND e.expires_at <= ?2 ORDER BY e.key";
  private static final String DROP_ALL =
      "INSERT INTO history (store_id, key, operation, at, author,"
          + " comment, replaced_at) SELECT " + Rows.HISTORY_ID
          + ", e.key, 'drop', max(?2, e.updated_at), ?3,"
          + " ?4, max(?2, e.updated_at) FROM entries e WHERE " + Rows.IN_STORE
          + " AND (e.expires_at IS NULL OR e.expires_at > ?2) ORDER BY e.key";
  private static final String FORGET_ENTRIES = "DELETE FROM entries AS e WHERE " + Rows.IN_STORE;

  /** Entries whose current state is not recorded. */
  private static final String UNRECORDED = " FROM entries e LEFT JOIN history h ON h.seq = " + LAST
      + " WHERE " + Rows.IN_STORE + " AND h.etag IS NOT e.etag";

  private static final String ADD_UNRECORDED = "INSERT INTO history (store_id, key, operation, at,"
      + " author, version, etag, created_at, expires_at) SELECT " + Rows.HISTORY_ID
      + ", e.key, 'set', max(e.updated_at, coalesce(h.at, 0)), e.updated_by, e.version, e.etag,"
      + " e.created_at, e.expires_at" + UNRECORDED;

  /** Records the end of entries that no longer exist. */
  private static final String ADD_GONE = "INSERT INTO history (store_id, key, operation, at,"
      + " replaced_at) SELECT h.store_id, h.key, 'delete', max(?2, h.at), max(?2, h.at)"
      + " FROM history h WHERE h.store_id = " + Rows.HISTORY_ID + " AND h.replaced_at IS NULL"
      + " AND NOT EXISTS (SELECT 1 FROM entries e WHERE " + Rows.IN_STORE + " AND e.key = h.key)";

  private static final String CLOSE_REPLACED = "UPDATE history AS h SET replaced_at = ?2 WHERE"
      + " h.store_id = " + Rows.HISTORY_ID + " AND h.replaced_at IS NULL AND EXISTS (SELECT 1 FROM"
      + " history later WHERE later.store_id = h.store_id AND later.key = h.key AND later.seq >"
      + " h.seq)";

  private final Statements statements;
  private final Clock clock;
  private final HistorySettings ofDatabase;
  private final Map<String, HistorySettings> own = new ConcurrentHashMap<>();
  // Confined to the writer's thread.
  /** Stores whose history is complete, or was until their history was turned off. */
  private final Set<String> recorded = new HashSet<>();

  private long nextSweep;
  private boolean outdated = true;

  HistoryTable(Statements statements, Clock clock, HistorySettings ofDatabase) {
    this.statements = statements;
    this.clock = clock;
    this.ofDatabase = ofDatabase;
  }

  /** Returns the history settings of a store. Thread-safe. */
  HistorySettings settings(String store) {
    return own.getOrDefault(store, ofDatabase);
  }

  private boolean isOn(String store) {
    return settings(store).isEnabled();
  }

  /**
   * Returns true if any store may have a history, so that the file must store how far it is
   * complete.
   */
  private boolean isUsed() {
    return ofDatabase.isEnabled() || !own.isEmpty();
  }

  /**
   * Forgets cached settings. Called after a rollback, which may have undone a change of settings.
   */
  void forget() {
    outdated = true;
  }

  /** Called when a transaction has begun. */
  void begin() throws SQLException {
    if (outdated) {
      readSettings();
      outdated = false;
    }
  }

  private void readSettings() throws SQLException {
    own.clear();
    recorded.clear();
    try (ResultSet rows = statements
        .bind("SELECT name, enabled, retention, revisions, recorded IS NOT 0 FROM history_stores")
        .executeQuery()) {
      while (rows.next()) {
        if (rows.getBoolean(5)) {
          recorded.add(rows.getString(1));
        }
        boolean enabled = rows.getBoolean(2);
        if (!rows.wasNull()) {
          own.put(rows.getString(1), settings(enabled, rows.getLong(3), rows.getInt(4)));
        }
      }
    }
  }

  /** Reads the settings of the stores, and records entries that were written without a history. */
  void open(long lastChange) throws SQLException {
    begin();
    if (!isUsed()) {
      return;
    }
    boolean complete;
    try (ResultSet row = statements.bind("SELECT last FROM history_position").executeQuery()) {
      row.next();
      complete = row.getLong(1) == lastChange;
    }
    Map<String, Integer> stores = new HashMap<>();
    try (ResultSet rows = statements.bind(STORES).executeQuery()) {
      while (rows.next()) {
        stores.put(rows.getString(1), rows.getInt(2));
      }
    }
    for (Map.Entry<String, Integer> each : stores.entrySet()) {
      String store = each.getKey();
      int known = each.getValue();
      if (isOn(store) && (!complete || known != 1)) {
        catchUp(store, !complete || known != UNKNOWN);
      }
    }
    if (!complete) {
      complete(lastChange);
    }
  }

  private static HistorySettings settings(boolean enabled, long retention, int revisions) {
    HistorySettings settings = enabled ? HistorySettings.DEFAULT : HistorySettings.OFF;
    settings =
        retention == 0 ? settings.forever() : settings.retention(Duration.ofMillis(retention));
    return revisions == 0 ? settings : settings.revisions(revisions);
  }

  /** Stores that the history is complete up to this change. */
  void complete(long position) throws SQLException {
    if (isUsed()) {
      statements.execute("UPDATE history_position SET last = ?", position);
    }
  }

  /**
   * Records the current state of a store that was written without its history. The states in
   * between are unknown, so the history does not reach back before now.
   *
   * @param doubtful true if the store may have been written even if nothing of that is left
   */
  private void catchUp(String store, boolean doubtful) throws SQLException {
    boolean isNew = add(store);
    statements.execute(SET_RECORDED, store, 1);
    long now = clock.millis();
    int found = statements.update(ADD_UNRECORDED, store)
        + statements.update(ADD_GONE, store, now)
        + statements.update(CLOSE_REPLACED, store, now);
    if (found > 0 || (doubtful && !isNew)) {
      statements.execute(REACHES, store, now, 0);
    }
  }

  /** Returns true if a change of the store is to be recorded; otherwise stores that one was not. */
  private boolean records(String store) throws SQLException {
    if (isOn(store)) {
      return true;
    }
    if (recorded.remove(store)) {
      statements.execute(SET_RECORDED, store, 0);
    }
    return false;
  }

  private boolean add(String store) throws SQLException {
    return statements.update(ADD_STORE, store) > 0;
  }

  /** Sets the history settings of a store. */
  void configure(String store, HistorySettings settings) throws SQLException {
    add(store);
    statements.execute(
        "UPDATE history_stores SET enabled = ?2, retention = ?3, revisions = ?4 WHERE name = ?1",
        store,
        settings.isEnabled() ? 1 : 0,
        settings.retention().map(Duration::toMillis).orElse(0L),
        settings.revisions().orElse(0));
    boolean wasOn = isOn(store);
    own.put(store, settings);
    if (settings.isEnabled() && !wasOn) {
      catchUp(store, true);
    }
  }

  /** Returns the earliest time for the next revision of an absent key. */
  Instant floor(String store, String key) throws SQLException {
    if (isOn(store)) {
      try (ResultSet last = statements.bind(LAST_TIME, store, key).executeQuery()) {
        if (last.next()) {
          return Instant.ofEpochMilli(last.getLong(1));
        }
      }
    }
    return Instant.EPOCH;
  }

  /**
   * Records that an entry was stored.
   *
   * @param replaced the row of the replaced value, or null if there was no entry
   * @return true if the history keeps that row, which then must not be overwritten
   */
  boolean stored(
      String store, KVMetadata next, @Nullable Long replaced, KVOperation operation, Cause cause)
      throws SQLException {
    if (!records(store)) {
      return false;
    }
    if (replaced == null) {
      add(store);
    } else {
      replace(store, next.key(), replaced, next.updatedAt());
    }
    add(store, next.key(), operation, next.updatedAt(), cause, next);
    prune(store, next.key());
    return true;
  }

  /**
   * Records the end of an entry.
   *
   * @param valueId the row of its value
   * @return true if the history keeps that row, which then must not be deleted
   */
  boolean ended(
      String store, KVMetadata last, long valueId, KVOperation operation, Instant at, Cause cause)
      throws SQLException {
    if (!records(store)) {
      return false;
    }
    replace(store, last.key(), valueId, at);
    add(store, last.key(), operation, at, cause, null);
    prune(store, last.key());
    return true;
  }

  /**
   * Records the drop of a store and removes its entries, whose values then belong to the history.
   *
   * @return true if the store has a history; false if nothing was done
   */
  boolean dropped(String store, Cause cause) throws SQLException {
    if (!records(store)) {
      return false;
    }
    long now = clock.millis();
    statements.execute(GIVE_VALUES, store, now);
    statements.execute(EXPIRE_ALL, store, now);
    statements.execute(DROP_ALL, store, now, cause.author(), cause.comment());
    statements.execute(FORGET_ENTRIES, store);
    return true;
  }

  /**
   * Checks that a restoration fits the store, and stores what it says of the whole.
   *
   * @return false if the store has no history
   */
  boolean restore(String store, Restoration restoration) throws SQLException {
    if (!records(store)) {
      return false;
    }
    HistoryQuery newest = HistoryQuery.ALL.limit(1);
    List<KVRevision<RawValue>> last =
        new RevisionRows(statements).revisions(store, newest, true).items();
    restoration.requireAfter(store, last.isEmpty() ? null : last.get(0));
    add(store);
    if (last.isEmpty()) {
      Instant since = restoration.reachesBackTo();
      statements.execute(
          "UPDATE history_stores SET since = ?2 WHERE name = ?1",
          store,
          since == null ? clock.millis() : since.toEpochMilli());
    }
    for (KVLabel label : restoration.labels()) {
      setLabel(store, label);
    }
    return true;
  }

  /**
   * Records a revision as it was.
   *
   * @param replaced the row of the value that it replaces, or null if there was no entry
   */
  void restored(String store, KVRevision<RawValue> revision, @Nullable Long replaced)
      throws SQLException {
    if (replaced != null) {
      replace(store, revision.key(), replaced, revision.at());
    }
    Cause cause = new Cause(
        revision.author().orElse(null),
        revision.comment().orElse(null),
        null,
        revision.from().orElse(null));
    add(
        store,
        revision.key(),
        revision.operation(),
        revision.at(),
        cause,
        revision.metadata().orElse(null));
    prune(store, revision.key());
  }

  private void replace(String store, String key, long valueId, Instant at) throws SQLException {
    statements.execute(REPLACE, store, key, valueId, at.toEpochMilli());
  }

  private void add(
      String store,
      String key,
      KVOperation operation,
      Instant at,
      Cause cause,
      @Nullable KVMetadata entry)
      throws SQLException {
    RevisionSource from = cause.from();
    statements.execute(
        ADD,
        store,
        key,
        operation.text(),
        at.toEpochMilli(),
        cause.author(),
        cause.comment(),
        from == null ? null : from.store().orElse(null),
        from == null ? null : from.key().orElse(null),
        from == null ? null : from.version().orElse(null),
        from == null ? null : from.etag().orElse(null),
        entry == null ? null : entry.version(),
        entry == null ? null : entry.etag(),
        entry == null ? null : entry.createdAt().toEpochMilli(),
        entry == null ? null : entry.expiresAt().map(Instant::toEpochMilli).orElse(null),
        entry == null ? at.toEpochMilli() : null);
  }

  private void prune(String store, String key) throws SQLException {
    int most = settings(store).revisions().orElse(0);
    if (most > 0) {
      remove(store, surplus(store, key, most));
    }
  }

  private List<Surplus> surplus(String store, String key, int most) throws SQLException {
    return surplus(statements.bind(SURPLUS, store, key, most).executeQuery());
  }

  /** A revision to remove. */
  private record Surplus(long seq, @Nullable Long valueId, long replacedAt) {}

  private static List<Surplus> surplus(ResultSet found) throws SQLException {
    List<Surplus> surplus = new ArrayList<>();
    try (ResultSet rows = found) {
      while (rows.next()) {
        long valueId = rows.getLong(2);
        surplus.add(new Surplus(rows.getLong(1), rows.wasNull() ? null : valueId, rows.getLong(3)));
      }
    }
    return surplus;
  }

  /** Removes a batch of revisions past their retention. Returns true if there may be more. */
  boolean sweep() throws SQLException {
    if (clock.millis() < nextSweep) {
      return false;
    }
    boolean more = false;
    List<String> stores = new ArrayList<>();
    try (ResultSet rows = statements.bind("SELECT name FROM history_stores").executeQuery()) {
      while (rows.next()) {
        stores.add(rows.getString(1));
      }
    }
    for (String store : stores) {
      Optional<Duration> retention = settings(store).retention();
      if (retention.isPresent()) {
        long before = clock.millis() - retention.get().toMillis();
        List<Surplus> old = surplus(statements.bind(OLD, store, before).executeQuery());
        remove(store, old);
        more |= old.size() == SWEPT_AT_ONCE;
      }
    }
    if (!more) {
      nextSweep = clock.millis() + BETWEEN_SWEEPS.toMillis();
    }
    return more;
  }

  private void remove(String store, List<Surplus> surplus) throws SQLException {
    for (Surplus revision : surplus) {
      statements.execute(REMOVE, revision.seq);
      if (revision.valueId != null) {
        statements.execute(REMOVE_VALUE, revision.valueId);
      }
      statements.execute(REACHES, store, revision.replacedAt, revision.seq);
    }
  }

  /** Removes the history and the labels of a dropped store. Returns true if it had revisions. */
  boolean purge(String store) throws SQLException {
    statements.execute(PURGED, store, clock.millis());
    statements.execute(REMOVE_VALUES, store);
    statements.execute("DELETE FROM labels WHERE store_id = " + Rows.HISTORY_ID, store);
    return statements.update("DELETE FROM history WHERE store_id = " + Rows.HISTORY_ID, store) > 0;
  }

  boolean setLabel(String store, KVLabel label) throws SQLException {
    add(store);
    boolean created = statements.update(
            "INSERT INTO labels (store_id, name, at) VALUES (" + Rows.HISTORY_ID + ", ?2, 0)"
                + " ON CONFLICT (store_id, name) DO NOTHING",
            store,
            label.name())
        > 0;
    statements.execute(
        "UPDATE labels SET at = ?3, author = ?4, comment = ?5 WHERE store_id = " + Rows.HISTORY_ID
            + " AND name = ?2",
        store,
        label.name(),
        label.at().toEpochMilli(),
        label.author().orElse(null),
        label.comment().orElse(null));
    return created;
  }

  boolean deleteLabel(String store, String name) throws SQLException {
    Objects.requireNonNull(name, "name");
    return statements.update(
            "DELETE FROM labels WHERE store_id = " + Rows.HISTORY_ID + " AND name = ?2",
            store,
            name)
        > 0;
  }
}
