package dev.kvstore.spi;

import dev.kvstore.ErrorCode;
import dev.kvstore.HistoryQuery;
import dev.kvstore.HistorySettings;
import dev.kvstore.KVException;
import dev.kvstore.KVHistory;
import dev.kvstore.KVLabel;
import dev.kvstore.KVPage;
import dev.kvstore.KVRevision;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The history of a store: a capability of {@link EntryStore}. Its methods are those of
 * {@link KVHistory} over raw values; a store whose history is off throws {@link KVException} with
 * {@link ErrorCode#NO_HISTORY}. To read as of an instant, use {@link EntryStore} with
 * {@link dev.kvstore.ReadOptions#at}.
 */
public interface HistoryStore {
  /** See {@link KVHistory#revisions(HistoryQuery, dev.kvstore.KVType)}. */
  KVPage<KVRevision<RawValue>> revisions(HistoryQuery query);

  /** See {@link KVHistory#changes}. */
  KVPage<KVRevision<RawValue>> changes(HistoryQuery query);

  /** See {@link KVHistory#reachesBackTo()}. */
  Instant reachesBackTo();

  /** See {@link KVHistory#labels()}. */
  List<KVLabel> labels();

  /** See {@link KVHistory#label}. */
  default Optional<KVLabel> label(String name) {
    return labels().stream().filter(label -> label.name().equals(name)).findFirst();
  }

  /** See {@link KVHistory#setLabel}. */
  boolean setLabel(KVLabel label);

  /**
   * Labels the present instant, by the clock of the database or the service, with this valid name.
   * Returns the label.
   */
  KVLabel setLabel(String name, Cause cause);

  /** See {@link KVHistory#deleteLabel}. */
  boolean deleteLabel(String name);

  /** See {@link KVHistory#settings()}. */
  HistorySettings settings();

  /** See {@link KVHistory#configure}. */
  void configure(HistorySettings settings);
}
