package dev.kvstore.internal.sqlite;

import dev.kvstore.KVEntry;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVPage;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.StoreSize;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToIntFunction;

/**
 * A read-only connection. Each method executes one statement and so sees one committed state.
 * Results are closed at once, because an open one would block checkpoints. Not thread-safe.
 */
final class ReadConnection implements AutoCloseable {
  /** The maximum size of the values of a page, unless a single one is larger. */
  static final int PAGE_BYTES = 4 * 1024 * 1024;

  private static final String LIVE = " AND (e.expires_at IS NULL OR e.expires_at > ?%d)";

  /**
   * The range starts at the later of the prefix and the key to start after. The sign hides the
   * second comparison from the query planner, so that it searches by the first.
   */
  private static final String IN_RANGE = Rows.IN_STORE
      + " AND e.key >= max(?2, ?3) AND +e.key <> ?3 AND e.key < ?4" + LIVE.formatted(5)
      + " ORDER BY e.key LIMIT ?6";

  /** A blob, because in SQLite all texts sort before all blobs. */
  private static final byte[] AFTER_ALL_TEXT = {0};

  private static final String WITH_VALUE = "SELECT " + Rows.METADATA
      + ", v.value FROM entries e CROSS JOIN entry_values v ON v.id = e.value_id WHERE ";

  static final String READ = WITH_VALUE + Rows.IN_STORE + " AND e.key = ?2" + LIVE.formatted(3);

  private static final String STORES =
      "SELECT s.name FROM stores s WHERE NOT " + Rows.IS_DROPPED + " ORDER BY s.name";

  private static final String COUNT =
      "SELECT count(*) FROM (SELECT 1 FROM entries e WHERE " + IN_RANGE + ")";

  /** The maximum number of entries to scan for the size of a store. */
  static final int SIZED_ENTRIES = 100_000;

  private static final String SOME =
      "(SELECT e.value_id FROM entries e WHERE e.store_id = s.id LIMIT " + SIZED_ENTRIES + ")";

  private static final String SIZES = "SELECT s.name, (SELECT count(*) FROM " + SOME
      + "), (SELECT total(length(v.value)) FROM " + SOME
      + " k CROSS JOIN entry_values v ON v.id = k.value_id) FROM stores s WHERE NOT "
      + Rows.IS_DROPPED
      + " ORDER BY s.name LIMIT ?1";

  /**
   * The query of a page and the conversion of its rows.
   *
   * @param past reads a row of the history
   * @param values true if that row includes the value
   */
  record Listing<T>(
      String sql,
      Mapper<T> mapper,
      Mapper<T> past,
      boolean values,
      Function<T, String> keyOf,
      ToIntFunction<T> bytesOf) {}

  @FunctionalInterface
  private interface Mapper<T> {
    T map(ResultSet row) throws SQLException;
  }

  static final Listing<KVEntry<RawValue>> ENTRIES = new Listing<>(
      WITH_VALUE + IN_RANGE,
      ReadConnection::entry,
      RevisionRows::entry,
      true,
      KVEntry::key,
      ReadConnection::size);

  static final Listing<KVMetadata> METADATA = new Listing<>(
      "SELECT " + Rows.METADATA + " FROM entries e WHERE " + IN_RANGE,
      Rows::metadata,
      RevisionRows::metadata,
      false,
      KVMetadata::key,
      item -> 0);

  static final Listing<String> KEYS = new Listing<>(
      "SELECT e.key FROM entries e WHERE " + IN_RANGE,
      row -> row.getString(1),
      row -> row.getString(1),
      false,
      Function.identity(),
      item -> 0);

  private final Connection connection;
  private final Statements statements;
  final RevisionRows history;

  ReadConnection(Connection connection) {
    this.connection = connection;
    this.statements = new Statements(connection);
    this.history = new RevisionRows(statements);
  }

  Optional<KVEntry<RawValue>> read(String store, String key, long now) throws SQLException {
    try (ResultSet rows = statements.bind(READ, store, key, now).executeQuery()) {
      return rows.next() ? Optional.of(entry(rows)) : Optional.empty();
    }
  }

  <T> KVPage<T> scan(Listing<T> listing, String store, KeyRange range, int limit, long now)
      throws SQLException {
    // Request one item more, to learn if there is another page.
    PreparedStatement select = inRange(listing.sql, store, range, now, limit + 1L);
    return page(select, listing, listing.mapper, limit);
  }

  /** Like {@link #scan}, for the store as it was at this instant. */
  <T> KVPage<T> scanAt(Listing<T> listing, String store, KeyRange range, int limit, Instant at)
      throws SQLException {
    PreparedStatement select =
        history.at(listing.values, store, range, at, upper(range), limit + 1L);
    return page(select, listing, listing.past, limit);
  }

  private static <T> KVPage<T> page(
      PreparedStatement select, Listing<T> listing, Mapper<T> mapper, int limit)
      throws SQLException {
    List<T> items = new ArrayList<>();
    long bytes = 0;
    String last = null;
    try (ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        if (items.size() == limit || bytes >= PAGE_BYTES) {
          return new KVPage<>(items, Optional.ofNullable(last));
        }
        T item = mapper.map(rows);
        items.add(item);
        bytes += listing.bytesOf.applyAsInt(item);
        last = listing.keyOf.apply(item);
      }
    }
    return new KVPage<>(items, Optional.empty());
  }

  private PreparedStatement inRange(String sql, String store, KeyRange range, long now, long limit)
      throws SQLException {
    String after = range.after() == null ? "" : range.after();
    return statements.bind(sql, store, range.prefix(), after, upper(range), now, limit);
  }

  private static Object upper(KeyRange range) {
    String end = range.endExclusive();
    return end == null ? AFTER_ALL_TEXT : end;
  }

  int count(String store, KeyRange range, int most, long now) throws SQLException {
    try (ResultSet row = inRange(COUNT, store, range, now, most).executeQuery()) {
      row.next();
      return row.getInt(1);
    }
  }

  int countAt(String store, KeyRange range, int most, Instant at) throws SQLException {
    return history.countAt(store, range, at, upper(range), most);
  }

  List<String> storeNames() throws SQLException {
    return rows(STORES, row -> row.getString(1));
  }

  List<StoreSize> sizes(int most) throws SQLException {
    return rows(
        SIZES, row -> new StoreSize(row.getString(1), row.getLong(2), row.getLong(3)), (long) most);
  }

  private <T> List<T> rows(String sql, Mapper<T> mapper, Object... parameters) throws SQLException {
    List<T> found = new ArrayList<>();
    try (ResultSet rows = statements.bind(sql, parameters).executeQuery()) {
      while (rows.next()) {
        found.add(mapper.map(rows));
      }
    }
    return found;
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }

  private static KVEntry<RawValue> entry(ResultSet row) throws SQLException {
    KVMetadata metadata = Rows.metadata(row);
    return KVEntry.of(Rows.value(row, Rows.NEXT, metadata.key()), metadata);
  }

  private static int size(KVEntry<RawValue> entry) {
    RawValue value = entry.value();
    return value == null ? 0 : value.size();
  }
}
