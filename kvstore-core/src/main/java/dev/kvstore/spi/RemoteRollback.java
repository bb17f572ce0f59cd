package dev.kvstore.spi;

import dev.kvstore.ChangeReport;
import dev.kvstore.KVHistory;
import dev.kvstore.RollbackOptions;
import java.time.Instant;

/**
 * A capability of an {@link EntryStore} behind a service that rolls back many entries itself.
 * Cached entries of the store may be outdated afterwards.
 */
public interface RemoteRollback {
  /** See {@link KVHistory#rollbackAll}. */
  ChangeReport rollbackAll(String prefix, Instant at, RollbackOptions options);
}
