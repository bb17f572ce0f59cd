package dev.kvstore.internal.sqlite;

import dev.kvstore.BatchOptions;
import dev.kvstore.BatchResult;
import dev.kvstore.DeleteResult;
import dev.kvstore.EtagReusedException;
import dev.kvstore.KVEntry;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVOperation;
import dev.kvstore.KVRevision;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.SetDefaultResult;
import dev.kvstore.TypeMismatchException;
import dev.kvstore.WriteCondition;
import dev.kvstore.WriteOptions;
import dev.kvstore.internal.bson.BsonValues;
import dev.kvstore.spi.Cause;
import dev.kvstore.spi.Mutation;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Restoration;
import dev.kvstore.spi.Write;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.bson.types.ObjectId;
import org.jspecify.annotations.Nullable;

/**
 * Changes entries in the open transaction, on the writer's thread. A change that is refused with a
 * {@code KVException} has changed nothing: all checks come before the first statement that changes
 * something.
 *
 * @param changes receives the changes
 * @param history records the changes
 */
record EntryTable(Statements statements, ChangeLog changes, HistoryTable history, Clock clock) {
  /** Small enough that concurrent writers hardly notice, even with large values. */
  private static final int SWEPT_AT_ONCE = 100;

  private static final String SELECT =
      "SELECT " + Rows.METADATA + ", e.store_id, e.value_id FROM entries e WHERE ";
  private static final String FIND = SELECT + Rows.IN_STORE + " AND e.key = ?2";
  private static final String FIND_EXPIRED = "SELECT " + Rows.METADATA
      + ", e.store_id, e.value_id, s.name FROM entries e CROSS JOIN stores s ON s.id = e.store_id"
      + " WHERE e.expires_at <= ? ORDER BY e.expires_at LIMIT " + SWEPT_AT_ONCE;
  private static final String LAST = SELECT + Rows.IN_STORE
      + " AND (e.expires_at IS NULL OR e.expires_at > ?2) ORDER BY e.key DESC LIMIT 1";
  private static final String VALUE = "SELECT value FROM entry_values WHERE id = ?";
  private static final String ADD_STORE =
      "INSERT INTO stores (name) VALUES (?) ON CONFLICT (name) DO NOTHING";
  private static final String DROP_STORE =
      "UPDATE stores SET name = '" + Rows.DROPPED + "' || id WHERE name = ? RETURNING id";
  private static final String FIND_DROPPED = "SELECT " + Rows.METADATA
      + ", e.store_id, e.value_id FROM stores s CROSS JOIN entries e ON e.store_id = s.id WHERE "
      + Rows.IS_DROPPED + " LIMIT " + SWEPT_AT_ONCE;
  private static final String FORGET_DROPPED = "DELETE FROM stores AS s WHERE " + Rows.IS_DROPPED;
  private static final String INSERT_VALUE =
      "INSERT INTO entry_values (value) VALUES (?) RETURNING id";
  private static final String INSERT = """
      INSERT INTO entries (key, version, etag, created_at, updated_at, updated_by, expires_at,
          store_id, value_id)
      VALUES (?, ?, ?, ?, ?, ?, ?, (SELECT id FROM stores WHERE name = ?), ?)""";
  private static final String UPDATE_VALUE = "UPDATE entry_values SET value = ? WHERE id = ?";
  private static final String UPDATE = """
      UPDATE entries SET version = ?2, etag = ?3, created_at = ?4, updated_at = ?5,
          updated_by = ?6, expires_at = ?7, value_id = ?9
      WHERE key = ?1 AND store_id = ?8""";
  private static final String DELETE = "DELETE FROM entries WHERE store_id = ? AND key = ?";
  private static final String DELETE_VALUE = "DELETE FROM entry_values WHERE id = ?";

  /** A row, which may have expired. */
  private record Row(long storeId, KVMetadata metadata, long valueId) {}

  KVMetadata write(String store, Write write) throws SQLException {
    Instant now = clock.instant();
    Row row = find(store, write.key());
    check(write, row, now);
    return write(store, write, row, now);
  }

  private KVMetadata write(String store, Write write, @Nullable Row row, Instant now)
      throws SQLException {
    KVMetadata present = live(row, now);
    Instant expiresAt = expiry(write, present, now);
    KVMetadata next = following(store, write, row, present, expiresAt, now);
    return put(store, row, next, write.value(), KVOperation.SET, write.cause());
  }

  SetDefaultResult<RawValue> setDefault(String store, Write write) throws SQLException {
    Instant now = clock.instant();
    Row row = find(store, write.key());
    KVMetadata present = live(row, now);
    if (row != null && present != null) {
      EtagReusedException.check(write.key(), write.etag(), present.etag());
      return new SetDefaultResult<>(KVEntry.of(value(row), present), false);
    }
    return new SetDefaultResult<>(create(store, row, write, now, KVOperation.DEFAULT), true);
  }

  BatchResult writeMany(String store, Map<String, RawValue> values, BatchOptions options)
      throws SQLException {
    int created = 0;
    for (Map.Entry<String, RawValue> entry : values.entrySet()) {
      Write write = new Write(entry.getKey(), entry.getValue(), options);
      if (write(store, write).version() == 1) {
        created++;
      }
    }
    return new BatchResult(created, values.size() - created);
  }

  KVEntry<RawValue> increment(String store, String key, long by, WriteOptions options)
      throws SQLException {
    Write write = new Write(key, BsonValues.ofNumber(by, false), options);
    Instant now = clock.instant();
    Row row = find(store, key);
    KVMetadata present = live(row, now);
    check(write, row, now);
    if (row == null || present == null) {
      return create(store, row, write, now, KVOperation.INCREMENT);
    }
    RawValue sum = sum(key, value(row), by);
    KVMetadata next = following(store, write, row, present, present.expiresAt().orElse(null), now);
    return KVEntry.of(sum, put(store, row, next, sum, KVOperation.INCREMENT, write.cause()));
  }

  private KVEntry<RawValue> create(
      String store, @Nullable Row row, Write write, Instant now, KVOperation operation)
      throws SQLException {
    KVMetadata next = following(store, write, row, null, expiry(write, null, now), now);
    return KVEntry.of(
        write.value(), put(store, row, next, write.value(), operation, write.cause()));
  }

  boolean delete(String store, String key, WriteOptions options) throws SQLException {
    Instant now = clock.instant();
    Row row = find(store, key);
    check(key, options, row, now);
    return delete(store, row, Cause.of(options), now);
  }

  /**
   * Applies all parts. All conditions are checked before anything is changed, and only once: a part
   * that fails after the first change would leave that change.
   */
  List<Boolean> all(String store, List<Mutation<?>> parts) throws SQLException {
    Instant now = clock.instant();
    for (Mutation<?> part : parts) {
      if (part instanceof Mutation.Put put) {
        Write write = put.write();
        check(write, find(store, write.key()), now);
      } else if (part instanceof Mutation.Delete delete) {
        check(delete.key(), delete.options(), find(store, delete.key()), now);
      }
    }
    List<Boolean> done = new ArrayList<>();
    for (Mutation<?> part : parts) {
      if (part instanceof Mutation.Put put) {
        Write write = put.write();
        write(store, write, find(store, write.key()), now);
        done.add(true);
      } else if (part instanceof Mutation.Delete delete) {
        Row row = find(store, delete.key());
        done.add(delete(store, row, Cause.of(delete.options()), now));
      }
    }
    return done;
  }

  DeleteResult deleteMany(String store, Mutation.DeleteMany deletion) throws SQLException {
    Map<String, WriteCondition> conditions = deletion.conditions();
    boolean atomic = deletion.options().isAtomic();
    Instant now = clock.instant();
    List<Row> rows = new ArrayList<>();
    List<String> changed = new ArrayList<>();
    for (Map.Entry<String, WriteCondition> demanded : conditions.entrySet()) {
      String key = demanded.getKey();
      Row row = find(store, key);
      KVMetadata present = live(row, now);
      if (atomic) {
        check(key, null, demanded.getValue(), present);
      }
      if (!demanded.getValue().holdsFor(present == null ? null : present.etag())) {
        changed.add(key);
      } else if (row != null && present != null) {
        rows.add(row);
      }
    }
    List<String> deleted = new ArrayList<>();
    for (Row row : rows) {
      delete(store, row, Cause.of(deletion.options()), now);
      deleted.add(row.metadata.key());
    }
    return new DeleteResult(deleted, changed, Optional.empty());
  }

  /** Renames the store, which hides its entries. Returns true if it existed. */
  boolean drop(String store, Cause cause) throws SQLException {
    history.dropped(store, cause);
    try (ResultSet dropped = statements.bind(DROP_STORE, store).executeQuery()) {
      if (!dropped.next()) {
        return false;
      }
    }
    changes.dropped(store);
    return true;
  }

  /** Stores revisions as they were, and what they left. */
  void restore(String store, Restoration restoration) throws SQLException {
    boolean recorded = history.restore(store, restoration);
    if (!recorded) {
      requireAbsent(store, restoration);
    }
    for (KVRevision<RawValue> revision : restoration.revisions()) {
      Row row = find(store, revision.key());
      if (recorded) {
        history.restored(store, revision, row == null ? null : row.valueId);
      }
      KVEntry<RawValue> entry = revision.entry().orElse(null);
      if (entry != null) {
        put(store, row, entry);
      } else if (row != null) {
        remove(row, false);
        changes.deleted(store, revision.key());
      }
    }
  }

  private void requireAbsent(String store, Restoration restoration) throws SQLException {
    try (ResultSet last = statements.bind(LAST, store, clock.millis()).executeQuery()) {
      restoration.requireAfter(
          store, last.next() ? Restoration.revisionOf(Rows.metadata(last), null) : null);
    }
    for (KVRevision<RawValue> revision : restoration.revisions()) {
      if (find(store, revision.key()) != null) {
        throw Restoration.refusal(store, "it has the key '" + revision.key() + "'");
      }
    }
  }

  private void put(String store, @Nullable Row row, KVEntry<RawValue> entry) throws SQLException {
    long valueId = add(Objects.requireNonNull(entry.value()).toByteArray());
    if (row == null) {
      statements.execute(ADD_STORE, store);
      executeWith(entry.metadata(), INSERT, store, valueId);
    } else {
      executeWith(entry.metadata(), UPDATE, row.storeId, valueId);
    }
    changes.set(store, entry.metadata());
  }

  /**
   * Removes a batch of rows that have expired or whose store was dropped. Returns true if there may
   * be more.
   */
  boolean sweep() throws SQLException {
    boolean more = sweepExpired();
    more |= history.sweep();
    return sweepDropped() || more;
  }

  private boolean sweepExpired() throws SQLException {
    List<Row> expired = new ArrayList<>();
    List<String> stores = new ArrayList<>();
    try (ResultSet rows = statements.bind(FIND_EXPIRED, clock.millis()).executeQuery()) {
      while (rows.next()) {
        expired.add(row(rows));
        stores.add(rows.getString(Rows.NEXT + 2));
      }
    }
    for (int i = 0; i < expired.size(); i++) {
      Row row = expired.get(i);
      boolean kept = expired(stores.get(i), row);
      remove(row, !kept);
    }
    return expired.size() == SWEPT_AT_ONCE;
  }

  /** Records the expiry of a row. Returns true if the history keeps the value. */
  private boolean expired(String store, Row row) throws SQLException {
    changes.expired(store, row.metadata.key());
    Instant at = expired(row.metadata);
    return history.ended(store, row.metadata, row.valueId, KVOperation.EXPIRE, at, Cause.UNKNOWN);
  }

  /**
   * Returns when the entry expired, not before it was written: the clock may have been set back.
   */
  private static Instant expired(KVMetadata metadata) {
    return latest(metadata.expiresAt().orElseThrow(), metadata.updatedAt());
  }

  private boolean sweepDropped() throws SQLException {
    List<Row> dropped = new ArrayList<>();
    try (ResultSet rows = statements.bind(FIND_DROPPED).executeQuery()) {
      while (rows.next()) {
        dropped.add(row(rows));
      }
    }
    if (dropped.isEmpty()) {
      statements.execute(FORGET_DROPPED);
    }
    for (Row row : dropped) {
      remove(row, true);
    }
    return dropped.size() == SWEPT_AT_ONCE;
  }

  private @Nullable Row find(String store, String key) throws SQLException {
    try (ResultSet rows = statements.bind(FIND, store, key).executeQuery()) {
      return rows.next() ? row(rows) : null;
    }
  }

  private static Row row(ResultSet rows) throws SQLException {
    return new Row(rows.getLong(Rows.NEXT), Rows.metadata(rows), rows.getLong(Rows.NEXT + 1));
  }

  private static @Nullable KVMetadata live(@Nullable Row row, Instant now) {
    return row == null || row.metadata.isExpiredAt(now) ? null : row.metadata;
  }

  private static void check(Write write, @Nullable Row row, Instant now) {
    check(write.key(), write.etag(), write.condition(), live(row, now));
  }

  private static void check(String key, WriteOptions options, @Nullable Row row, Instant now) {
    check(key, options.etag().orElse(null), options.condition(), live(row, now));
  }

  private static void check(
      String key,
      @Nullable String chosenEtag,
      WriteCondition condition,
      @Nullable KVMetadata present) {
    String etag = present == null ? null : present.etag();
    EtagReusedException.check(key, chosenEtag, etag);
    if (!condition.holdsFor(etag)) {
      throw new PreconditionFailedException(key, condition, etag);
    }
  }

  private RawValue value(Row row) throws SQLException {
    String key = row.metadata.key();
    try (ResultSet values = statements.bind(VALUE, row.valueId).executeQuery()) {
      values.next();
      return Rows.value(values, 1, key);
    }
  }

  private static RawValue sum(String key, RawValue stored, long by) {
    String type = BsonValues.typeName(stored);
    OptionalLong number = BsonValues.wholeNumber(stored);
    if (number.isEmpty()) {
      throw new TypeMismatchException(key, type, "a whole number", null, null);
    }
    try {
      return BsonValues.ofNumber(Math.addExact(number.getAsLong(), by), type.equals("int64"));
    } catch (ArithmeticException e) {
      throw new TypeMismatchException(
          key, type, "a whole number", "the sum does not fit into 64 bits", e);
    }
  }

  private KVMetadata following(
      String store,
      Write write,
      @Nullable Row row,
      @Nullable KVMetadata present,
      @Nullable Instant expiresAt,
      Instant now)
      throws SQLException {
    Instant updatedAt = Instant.ofEpochMilli(now.toEpochMilli());
    Instant floor = row == null
        ? history.floor(store, write.key())
        : present == null ? expired(row.metadata) : present.updatedAt();
    // The clock may have been set back.
    updatedAt = latest(updatedAt, floor);
    Instant createdAt = present == null ? updatedAt : present.createdAt();
    long version = present == null ? 1 : present.version() + 1;
    String etag = write.etag() == null ? new ObjectId().toHexString() : write.etag();
    return KVMetadata.of(
        write.key(), version, etag, createdAt, updatedAt, write.author(), expiresAt);
  }

  private static @Nullable Instant expiry(Write write, @Nullable KVMetadata present, Instant now) {
    if (write.expiryKept() && present != null) {
      return present.expiresAt().orElse(null);
    }
    Instant expiry = write.expiry(now);
    return expiry == null ? null : expiry.truncatedTo(ChronoUnit.MILLIS);
  }

  /** Overwrites the row, which may have expired, or inserts one. */
  private KVMetadata put(
      String store,
      @Nullable Row row,
      KVMetadata next,
      RawValue value,
      KVOperation operation,
      Cause cause)
      throws SQLException {
    boolean kept = row != null && next.version() == 1 && expired(store, row);
    Long replaced = row == null || next.version() == 1 ? null : row.valueId;
    kept |= history.stored(store, next, replaced, cause.operationOr(operation), cause);
    byte[] document = value.toByteArray();
    if (row == null) {
      statements.execute(ADD_STORE, store);
      executeWith(next, INSERT, store, add(document));
    } else if (kept) {
      executeWith(next, UPDATE, row.storeId, add(document));
    } else {
      statements.execute(UPDATE_VALUE, document, row.valueId);
      executeWith(next, UPDATE, row.storeId, row.valueId);
    }
    changes.set(store, next);
    return next;
  }

  /** Stores a value and returns the id of its row. */
  private long add(byte[] document) throws SQLException {
    try (ResultSet id = statements.bind(INSERT_VALUE, document).executeQuery()) {
      id.next();
      return id.getLong(1);
    }
  }

  /** Executes the statement, with the metadata as the first parameters. */
  private void executeWith(KVMetadata metadata, String sql, Object... more) throws SQLException {
    List<@Nullable Object> parameters = new ArrayList<>();
    parameters.add(metadata.key());
    parameters.add(metadata.version());
    parameters.add(metadata.etag());
    parameters.add(metadata.createdAt().toEpochMilli());
    parameters.add(metadata.updatedAt().toEpochMilli());
    parameters.add(metadata.updatedBy().orElse(null));
    parameters.add(metadata.expiresAt().map(Instant::toEpochMilli).orElse(null));
    parameters.addAll(List.of(more));
    statements.execute(sql, parameters.toArray());
  }

  /** Returns true if there was an entry. */
  private boolean delete(String store, @Nullable Row row, Cause cause, Instant now)
      throws SQLException {
    if (row == null || live(row, now) == null) {
      return false;
    }
    Instant at = latest(Instant.ofEpochMilli(now.toEpochMilli()), row.metadata.updatedAt());
    KVOperation operation = cause.operationOr(KVOperation.DELETE);
    boolean kept = history.ended(store, row.metadata, row.valueId, operation, at, cause);
    remove(row, !kept);
    changes.deleted(store, row.metadata.key());
    return true;
  }

  private static Instant latest(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }

  private void remove(Row row, boolean withValue) throws SQLException {
    statements.execute(DELETE, row.storeId, row.metadata.key());
    if (withValue) {
      statements.execute(DELETE_VALUE, row.valueId);
    }
  }
}
