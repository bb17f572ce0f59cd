package dev.kvstore.internal.sqlite;

import dev.kvstore.ErrorCode;
import dev.kvstore.HistoryQuery;
import dev.kvstore.KVEntry;
import dev.kvstore.KVException;
import dev.kvstore.KVLabel;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVOperation;
import dev.kvstore.KVPage;
import dev.kvstore.KVRevision;
import dev.kvstore.RevisionSource;
import dev.kvstore.internal.support.HistoryPosition;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.RawValue;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads revisions with one connection. Not thread-safe. */
record RevisionRows(Statements statements) {
  private static final String COLUMNS = "h.key, h.operation, h.at, h.author, h.comment,"
      + " h.from_store, h.from_key, h.from_version, h.from_etag, h.version, h.etag, h.created_at,"
      + " h.expires_at, h.seq";
  private static final int SEQUENCE = 14;
  private static final int VALUE = 15;

  /** The value of the current revision is that of the entry. */
  private static final String WITH_VALUE =
      " LEFT JOIN entry_values v ON v.id = coalesce(h.value_id,"
          + " (SELECT e.value_id FROM entries e WHERE " + Rows.IN_STORE
          + " AND e.key = h.key AND e.etag = h.etag))";

  /** A subquery for the last revision of a key at an instant. */
  private static final String LAST = "(SELECT seq FROM history WHERE store_id = " + Rows.HISTORY_ID
      + " AND key = %s AND at <= ?2 ORDER BY seq DESC LIMIT 1)";

  private static final String IS_LIVE =
      " h.etag IS NOT NULL AND (h.expires_at IS NULL OR h.expires_at > ?2)";

  private static final String ONE_AT = "SELECT " + COLUMNS + ", v.value FROM history h" + WITH_VALUE
      + " WHERE h.seq = " + LAST.formatted("?3") + " AND" + IS_LIVE;

  private static final String NEXT_KEY = "SELECT min(key) FROM history WHERE store_id = "
      + Rows.HISTORY_ID + " AND key > %s AND key < ?4";

  /** Skips from key to key in the index, without reading the revisions in between. */
  private static final String ALL_AT = "WITH RECURSIVE keys(key) AS (SELECT min(key) FROM history"
      + " WHERE store_id = " + Rows.HISTORY_ID
      + " AND key >= max(?3, ?5) AND +key <> ?5 AND key < ?4"
      + " UNION ALL SELECT (" + NEXT_KEY.formatted("keys.key")
      + ") FROM keys WHERE keys.key IS NOT NULL) SELECT %s FROM keys CROSS JOIN history h ON h.seq"
      + " = " + LAST.formatted("keys.key") + "%s WHERE" + IS_LIVE + " LIMIT ?6";

  /** Returns the entry as it was at this instant. */
  Optional<KVEntry<RawValue>> entry(String store, String key, Instant at) throws SQLException {
    try (ResultSet rows = statements.bind(ONE_AT, store, at.toEpochMilli(), key).executeQuery()) {
      return rows.next() ? Optional.of(entry(rows)) : Optional.empty();
    }
  }

  /** Returns the statement that lists the entries of the range as they were at this instant. */
  PreparedStatement at(
      boolean values, String store, KeyRange range, Instant at, Object upper, long limit)
      throws SQLException {
    String columns = values ? COLUMNS + ", v.value" : COLUMNS;
    return at(ALL_AT.formatted(columns, values ? WITH_VALUE : ""), store, range, at, upper, limit);
  }

  int countAt(String store, KeyRange range, Instant at, Object upper, int most)
      throws SQLException {
    String sql = "SELECT count(*) FROM (" + ALL_AT.formatted("1", "") + ")";
    try (ResultSet row = at(sql, store, range, at, upper, most).executeQuery()) {
      row.next();
      return row.getInt(1);
    }
  }

  private PreparedStatement at(
      String sql, String store, KeyRange range, Instant at, Object upper, long limit)
      throws SQLException {
    String after = range.after() == null ? "" : range.after();
    return statements.bind(sql, store, at.toEpochMilli(), range.prefix(), upper, after, limit);
  }

  /** Returns a page, newest or oldest first. */
  KVPage<KVRevision<RawValue>> revisions(String store, HistoryQuery query, boolean newestFirst)
      throws SQLException {
    long removed = newestFirst ? 0 : removed(store);
    long newest = newestFirst ? 0 : Math.max(last(store), removed);
    HistoryPosition after = query.after().map(HistoryPosition::parse).orElse(null);
    List<KVRevision<RawValue>> items = new ArrayList<>();
    long place = after == null ? -1 : after.place();
    boolean more = false;
    try (ResultSet rows = select(store, query, place, newestFirst).executeQuery()) {
      long bytes = 0;
      while (rows.next()) {
        if (items.size() == query.limit() || bytes >= ReadConnection.PAGE_BYTES) {
          more = true;
          break;
        }
        KVRevision<RawValue> revision = revision(rows, query.hasValues());
        bytes += revision.entry().map(RevisionRows::size).orElse(0);
        items.add(revision);
        place = rows.getLong(SEQUENCE);
      }
    }
    if (newestFirst) {
      return new KVPage<>(items, more ? Optional.of(Long.toString(place)) : Optional.empty());
    }
    // Check afterwards, because revisions may have been removed before the page was read. A
    // position after the newest is of a file that was replaced by an older copy.
    if (after != null && (after.isGone(removed(store)) || after.place() > newest)) {
      throw new KVException(
          ErrorCode.HISTORY_GONE,
          "Changes after the position " + after + " of store '" + store
              + "' are no longer kept: read the current entries, and start over without a position");
    }
    // If there is no more, everything up to the newest was committed before this page was read.
    long end = more ? place : Math.max(place, newest);
    long begun = after == null ? removed : after.removed();
    return new KVPage<>(items, Optional.of(new HistoryPosition(end, begun).toString()));
  }

  static int size(KVEntry<RawValue> entry) {
    RawValue value = entry.value();
    return value == null ? 0 : value.size();
  }

  private PreparedStatement select(
      String store, HistoryQuery query, long after, boolean newestFirst) throws SQLException {
    List<@Nullable Object> parameters = new ArrayList<>(List.of(store));
    StringBuilder sql = new StringBuilder("SELECT ")
        .append(COLUMNS)
        .append(query.hasValues() ? ", v.value FROM history h" + WITH_VALUE : " FROM history h")
        .append(" WHERE h.store_id = ")
        .append(Rows.HISTORY_ID);
    Conditions conditions = new Conditions(sql, parameters);
    query.key().ifPresent(key -> conditions.and("h.key = ", key));
    if (!query.prefixes().contains("")) {
      conditions.andAny(query.prefixes());
    }
    query.version().ifPresent(version -> conditions.and("h.version = ", version));
    query.etag().ifPresent(etag -> conditions.and("h.etag = ", etag));
    query.author().ifPresent(author -> conditions.and("h.author = ", author));
    query.operation().ifPresent(operation -> conditions.and("h.operation = ", operation.text()));
    query.since().ifPresent(since -> conditions.and("h.at >= ", ceiling(since)));
    query.until().ifPresent(until -> conditions.and("h.at <= ", until.toEpochMilli()));
    if (after >= 0) {
      conditions.and(newestFirst ? "h.seq < " : "h.seq > ", after);
    }
    sql.append(newestFirst ? " ORDER BY h.seq DESC LIMIT ?" : " ORDER BY h.seq LIMIT ?");
    parameters.add(query.limit() + 1L);
    sql.append(parameters.size());
    return statements.bind(sql.toString(), parameters.toArray());
  }

  /** Returns the first millisecond that is not before the instant. */
  private static long ceiling(Instant instant) {
    long floor = instant.toEpochMilli();
    return Instant.ofEpochMilli(floor).isBefore(instant) ? floor + 1 : floor;
  }

  private record Conditions(StringBuilder sql, List<@Nullable Object> parameters) {
    void and(String comparison, Object value) {
      sql.append(" AND ").append(comparison).append(parameter(value));
    }

    private String parameter(Object value) {
      parameters.add(value);
      return "?" + parameters.size();
    }

    void andAny(List<String> prefixes) {
      List<String> ranges = new ArrayList<>(List.of("0"));
      for (String prefix : prefixes) {
        String end = new KeyRange(prefix, null).endExclusive();
        ranges.add("h.key >= " + parameter(prefix)
            + (end == null ? "" : " AND h.key < " + parameter(end)));
      }
      sql.append(" AND (").append(String.join(" OR ", ranges)).append(')');
    }
  }

  private long last(String store) throws SQLException {
    return number("SELECT max(seq) FROM history WHERE store_id = " + Rows.HISTORY_ID, store);
  }

  private long removed(String store) throws SQLException {
    return number("SELECT removed FROM history_stores WHERE name = ?1", store);
  }

  /** Returns the earliest instant that the history covers. */
  Instant reachesBackTo(String store) throws SQLException {
    return Instant.ofEpochMilli(number("SELECT since FROM history_stores WHERE name = ?1", store));
  }

  private long number(String sql, String store) throws SQLException {
    try (ResultSet row = statements.bind(sql, store).executeQuery()) {
      return row.next() ? row.getLong(1) : 0;
    }
  }

  List<KVLabel> labels(String store) throws SQLException {
    List<KVLabel> labels = new ArrayList<>();
    try (ResultSet rows = statements
        .bind(
            "SELECT name, at, author, comment FROM labels WHERE store_id = " + Rows.HISTORY_ID
                + " ORDER BY at, name",
            store)
        .executeQuery()) {
      while (rows.next()) {
        labels.add(new KVLabel(
            rows.getString(1),
            Instant.ofEpochMilli(rows.getLong(2)),
            Optional.ofNullable(rows.getString(3)),
            Optional.ofNullable(rows.getString(4))));
      }
    }
    return labels;
  }

  /** Returns the entry that the revision in this row stored, with its value. */
  static KVEntry<RawValue> entry(ResultSet row) throws SQLException {
    KVMetadata metadata = metadata(row);
    return KVEntry.of(Rows.value(row, VALUE, metadata.key()), metadata);
  }

  static KVMetadata metadata(ResultSet row) throws SQLException {
    long expiresAt = row.getLong(13);
    boolean expires = !row.wasNull();
    return KVMetadata.of(
        row.getString(1),
        row.getLong(10),
        row.getString(11),
        Instant.ofEpochMilli(row.getLong(12)),
        Instant.ofEpochMilli(row.getLong(3)),
        row.getString(4),
        expires ? Instant.ofEpochMilli(expiresAt) : null);
  }

  private static KVRevision<RawValue> revision(ResultSet row, boolean values) throws SQLException {
    boolean live = row.getString(11) != null;
    KVMetadata metadata = live ? metadata(row) : null;
    // An older version of kvstore may have overwritten the value.
    boolean known = live && values && row.getBytes(VALUE) != null;
    return KVRevision.of(
        row.getString(1),
        KVOperation.valueOf(row.getString(2).toUpperCase(Locale.ROOT)),
        Instant.ofEpochMilli(row.getLong(3)),
        row.getString(4),
        row.getString(5),
        source(row),
        metadata,
        known ? entry(row) : null);
  }

  private static @Nullable RevisionSource source(ResultSet row) throws SQLException {
    if (row.getString(7) == null && row.getString(6) == null) {
      return null;
    }
    long version = row.getLong(8);
    Optional<Long> known = row.wasNull() ? Optional.empty() : Optional.of(version);
    return new RevisionSource(
        Optional.ofNullable(row.getString(6)),
        Optional.ofNullable(row.getString(7)),
        known,
        Optional.ofNullable(row.getString(9)));
  }
}
