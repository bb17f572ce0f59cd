package dev.kvstore.internal.sqlite;

import dev.kvstore.ErrorCode;
import dev.kvstore.KVException;
import dev.kvstore.KVMetadata;
import dev.kvstore.spi.RawValue;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;

/** Converts between rows and records. */
final class Rows {
  /**
   * The columns that {@link #metadata} reads; they must come first in a SELECT from {@code entries
   * e}.
   */
  static final String METADATA =
      "e.key, e.version, e.etag, e.created_at, e.updated_at, e.updated_by, e.expires_at";

  /** The first column after {@link #METADATA}. */
  static final int NEXT = 8;

  /** A condition on {@code entries e} for the store of a name; null if there is none. */
  static final String IN_STORE = "e.store_id = (SELECT id FROM stores WHERE name = ?1)";

  /** The id of the history of the store of a name; null if there is none. */
  static final String HISTORY_ID = "(SELECT id FROM history_stores WHERE name = ?1)";

  /** The prefix of the name of a dropped store, whose remaining entries are swept. */
  static final String DROPPED = "#";

  /** A condition on {@code stores s} for dropped stores. */
  static final String IS_DROPPED = "s.name GLOB '" + DROPPED + "*'";

  private Rows() {}

  static KVMetadata metadata(ResultSet row) throws SQLException {
    long expiresAt = row.getLong(7);
    boolean expires = !row.wasNull();
    return KVMetadata.of(
        row.getString(1),
        row.getLong(2),
        row.getString(3),
        Instant.ofEpochMilli(row.getLong(4)),
        Instant.ofEpochMilli(row.getLong(5)),
        row.getString(6),
        expires ? Instant.ofEpochMilli(expiresAt) : null);
  }

  static RawValue value(ResultSet row, int column, String key) throws SQLException {
    byte[] document = row.getBytes(column);
    try {
      return RawValue.ofDocument(document == null ? new byte[0] : document);
    } catch (IllegalArgumentException e) {
      throw new KVException(
          ErrorCode.INTERNAL,
          "Key '" + key
              + "' has a damaged value, or one that kvstore has not written: set or delete it",
          e);
    }
  }
}
