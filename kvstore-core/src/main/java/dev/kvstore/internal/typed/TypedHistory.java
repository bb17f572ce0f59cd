package dev.kvstore.internal.typed;

import dev.kvstore.ChangeReport;
import dev.kvstore.ErrorCode;
import dev.kvstore.HistoryQuery;
import dev.kvstore.HistorySettings;
import dev.kvstore.KVEntry;
import dev.kvstore.KVException;
import dev.kvstore.KVHistory;
import dev.kvstore.KVLabel;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVOperation;
import dev.kvstore.KVPage;
import dev.kvstore.KVRevision;
import dev.kvstore.KVType;
import dev.kvstore.Names;
import dev.kvstore.ReadOptions;
import dev.kvstore.RevisionSelector;
import dev.kvstore.RevisionSource;
import dev.kvstore.RollbackOptions;
import dev.kvstore.WriteOptions;
import dev.kvstore.internal.mapping.BsonCodec;
import dev.kvstore.spi.Cause;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.HistoryStore;
import dev.kvstore.spi.Mutation;
import dev.kvstore.spi.NearCacheView;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.RemoteRollback;
import dev.kvstore.spi.RestorableStore;
import dev.kvstore.spi.Restoration;
import dev.kvstore.spi.Write;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The implementation of {@link KVHistory}, over a store of raw revisions. */
public record TypedHistory(EntryStore entries, BsonCodec codec)
    implements KVHistory, RestorableStore {
  /** The maximum wait for the end of a millisecond, if the database has another clock. */
  private static final Duration LABEL_TAKES = Duration.ofMillis(2);

  @Override
  public <T> KVPage<KVRevision<T>> revisions(HistoryQuery query, KVType<T> type) {
    Objects.requireNonNull(type, "type");
    return typed(history().revisions(Objects.requireNonNull(query, "query")), type);
  }

  @Override
  public <T> KVPage<KVRevision<T>> changes(HistoryQuery query, KVType<T> type) {
    Objects.requireNonNull(type, "type");
    return typed(history().changes(Objects.requireNonNull(query, "query")), type);
  }

  private <T> KVPage<KVRevision<T>> typed(KVPage<KVRevision<RawValue>> page, KVType<T> type) {
    return new KVPage<>(
        page.items().stream()
            .map(revision -> revision.map(entry -> typed(entry, type)))
            .toList(),
        page.next());
  }

  private <T> KVEntry<T> typed(KVEntry<RawValue> raw, KVType<T> type) {
    return raw.withValue(codec.decode(raw.key(), Objects.requireNonNull(raw.value()), type));
  }

  @Override
  public Instant reachesBackTo() {
    return history().reachesBackTo();
  }

  @Override
  public KVMetadata rollback(String key, RevisionSelector revision, WriteOptions options) {
    Objects.requireNonNull(options, "options");
    return restore(earlier(key, revision), options).metadata();
  }

  /** Returns the entry that {@link #rollback} would restore. */
  public KVEntry<RawValue> earlier(String key, RevisionSelector revision) {
    Objects.requireNonNull(revision, "revision");
    return find(history(), Names.checkKey(key), revision)
        .orElseThrow(() -> new KVException(
            ErrorCode.VERSION_NOT_FOUND,
            "The history has no value of key '" + key + "' for " + revision));
  }

  /** Restores the earlier entry, like {@link #rollback}, and returns the new one. */
  public KVEntry<RawValue> restore(KVEntry<RawValue> earlier, WriteOptions options) {
    RawValue value = Objects.requireNonNull(earlier.value());
    Cause cause = Cause.of(options).from(KVOperation.ROLLBACK, source(earlier.metadata()));
    KVMetadata written = entries.apply(new Mutation.Put(new Write(
        earlier.key(),
        value,
        options.condition(),
        null,
        null,
        true,
        cause,
        options.etag().orElse(null))));
    return KVEntry.of(value, written);
  }

  /** Returns the source of a value restored from a revision. */
  static RevisionSource source(KVMetadata earlier) {
    return source(Optional.empty(), earlier);
  }

  /** As {@link #source(KVMetadata)}, in the store of that name; empty for the same one. */
  static RevisionSource source(Optional<String> store, KVMetadata earlier) {
    return new RevisionSource(
        store,
        Optional.of(earlier.key()),
        Optional.of(earlier.version()),
        Optional.of(earlier.etag()));
  }

  private Optional<KVEntry<RawValue>> find(
      HistoryStore history, String key, RevisionSelector revision) {
    if (revision instanceof RevisionSelector.At instant) {
      return entries.find(key, ReadOptions.DEFAULT.at(instant.at()));
    }
    HistoryQuery query = HistoryQuery.key(key).withValues().limit(1);
    HistoryQuery one = revision instanceof RevisionSelector.ByVersion version
        ? query.version(version.version())
        : query.etag(((RevisionSelector.ByEtag) revision).etag());
    return history.revisions(one).items().stream().findFirst().flatMap(KVRevision::entry);
  }

  @Override
  public ChangeReport rollbackAll(String prefix, Instant at, RollbackOptions options) {
    Objects.requireNonNull(at, "at");
    Objects.requireNonNull(options, "options");
    HistoryQuery.prefix(prefix); // checks the prefix
    Optional<RemoteRollback> remote = entries.capability(RemoteRollback.class);
    if (remote.isEmpty()) {
      history();
      return new Rollback(entries, prefix, at, options, bytes -> {}).run();
    }
    try {
      return remote.get().rollbackAll(prefix, at, options);
    } finally {
      entries.capability(NearCacheView.class).ifPresent(NearCacheView::invalidateAll);
    }
  }

  @Override
  public List<KVLabel> labels() {
    return history().labels();
  }

  @Override
  public Optional<KVLabel> label(String name) {
    return history().label(Names.checkLabel(name));
  }

  @Override
  public boolean setLabel(KVLabel label) {
    return history().setLabel(Objects.requireNonNull(label, "label"));
  }

  @Override
  public KVLabel setLabel(String name, WriteOptions options) {
    Objects.requireNonNull(options, "options");
    return setLabel(name, Cause.of(options));
  }

  /**
   * Like {@link #setLabel(String, WriteOptions)}. Returns when the millisecond of the label is
   * over, so that the label does not include later writes.
   */
  public KVLabel setLabel(String name, Cause cause) {
    KVLabel label = history().setLabel(Names.checkLabel(name), cause);
    long end = System.nanoTime() + LABEL_TAKES.toNanos();
    while (System.currentTimeMillis() <= label.at().toEpochMilli() && System.nanoTime() - end < 0) {
      Thread.onSpinWait();
    }
    return label;
  }

  @Override
  public boolean deleteLabel(String name) {
    return history().deleteLabel(Names.checkLabel(name));
  }

  @Override
  public HistorySettings settings() {
    return entries
        .capability(HistoryStore.class)
        .map(HistoryStore::settings)
        .orElse(HistorySettings.OFF);
  }

  @Override
  public void configure(HistorySettings settings) {
    history().configure(Objects.requireNonNull(settings, "settings"));
  }

  @Override
  public void restore(Restoration restoration) {
    RestorableStore store = entries
        .capability(RestorableStore.class)
        .orElseThrow(() -> new KVException(
            ErrorCode.INVALID_PARAMETER,
            "The database of store '" + entries.name() + "' cannot restore a snapshot"));
    try {
      store.restore(restoration);
    } finally {
      entries.capability(NearCacheView.class).ifPresent(NearCacheView::invalidateAll);
    }
  }

  /** Returns the raw history. */
  public HistoryStore history() {
    return entries
        .capability(HistoryStore.class)
        .orElseThrow(() -> new KVException(
            ErrorCode.NO_HISTORY, "The database of store '" + entries.name() + "' has no history"));
  }
}
