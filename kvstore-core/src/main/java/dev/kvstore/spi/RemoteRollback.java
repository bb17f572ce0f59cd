package dev.kvstore.spi;

import dev.kvstore.ChangeReport;
import dev.kvstore.KVHistory;
import dev.kvstore.RollbackOptions;
import java.time.Instant;

/**
 * A store behind a service, which rolls back many entries itself: a capability of
 * {@link EntryStore}. What is cached of the store afterwards may be outdated.
 */
public interface RemoteRollback {
  /** See {@link KVHistory#rollbackAll}. */
  ChangeReport rollbackAll(String prefix, Instant at, RollbackOptions options);
}
