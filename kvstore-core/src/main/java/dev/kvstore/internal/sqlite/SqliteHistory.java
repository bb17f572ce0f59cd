package dev.kvstore.internal.sqlite;

import dev.kvstore.ErrorCode;
import dev.kvstore.HistoryQuery;
import dev.kvstore.HistorySettings;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVException;
import dev.kvstore.KVLabel;
import dev.kvstore.KVPage;
import dev.kvstore.KVRevision;
import dev.kvstore.spi.Cause;
import dev.kvstore.spi.HistoryStore;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.RestorableStore;
import dev.kvstore.spi.Restoration;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/** The history of one store of a file. */
record SqliteHistory(String store, SqliteEntryDatabase database)
    implements HistoryStore, RestorableStore {
  @Override
  public KVPage<KVRevision<RawValue>> revisions(HistoryQuery query) {
    return read(reader -> reader.history.revisions(store, query, true));
  }

  @Override
  public KVPage<KVRevision<RawValue>> changes(HistoryQuery query) {
    return read(reader -> reader.history.revisions(store, query, false));
  }

  @Override
  public Instant reachesBackTo() {
    return read(reader -> reader.history.reachesBackTo(store));
  }

  /** Runs a query of the store as it was at this instant. */
  <T> T at(Instant at, ReaderPool.Query<T> query) {
    if (at.isAfter(database.clock.instant())) {
      throw new InvalidInputException(
          ErrorCode.INVALID_PARAMETER, "The instant " + at + " is in the future");
    }
    return read(reader -> {
      // An earlier revision may have no value.
      requireReached(reader, at);
      T found = query.run(reader);
      // Check again, because revisions may have been removed during the read.
      requireReached(reader, at);
      return found;
    });
  }

  private void requireReached(ReadConnection reader, Instant at) throws SQLException {
    Instant first = reader.history.reachesBackTo(store);
    if (at.isBefore(first)) {
      throw new KVException(
          ErrorCode.HISTORY_GONE,
          "The history of store '" + store + "' reaches back to " + first + ", not to " + at);
    }
  }

  private <T> T read(ReaderPool.Query<T> query) {
    requireOn();
    return database.readers.read(query);
  }

  private void requireOn() {
    if (!settings().isEnabled()) {
      throw new KVException(
          ErrorCode.NO_HISTORY, "The history of store '" + store + "' is turned off");
    }
  }

  @Override
  public List<KVLabel> labels() {
    return read(reader -> reader.history.labels(store));
  }

  @Override
  public boolean setLabel(KVLabel label) {
    requireOn();
    return database.writer.write(0, () -> database.history.setLabel(store, label));
  }

  @Override
  public KVLabel setLabel(String name, Cause cause) {
    KVLabel label = cause.label(name, database.clock.instant());
    setLabel(label);
    return label;
  }

  @Override
  public boolean deleteLabel(String name) {
    requireOn();
    return database.writer.write(0, () -> database.history.deleteLabel(store, name));
  }

  @Override
  public HistorySettings settings() {
    return database.history.settings(store);
  }

  @Override
  public void configure(HistorySettings settings) {
    database.writer.write(0, () -> {
      database.history.configure(store, settings);
      return true;
    });
  }

  /** In one transaction. */
  @Override
  public void restore(Restoration restoration) {
    long bytes = restoration.revisions().stream()
        .flatMap(revision -> revision.entry().stream())
        .mapToLong(RevisionRows::size)
        .sum();
    database.writer.write(bytes, () -> {
      database.table.restore(store, restoration);
      return true;
    });
  }
}
