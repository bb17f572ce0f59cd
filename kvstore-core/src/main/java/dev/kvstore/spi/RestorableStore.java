package dev.kvstore.spi;

import dev.kvstore.ErrorCode;
import dev.kvstore.KVException;

/**
 * A store that takes what another one has had, as it was: a capability of {@link EntryStore}, and
 * of the histories that {@link dev.kvstore.KVStore#history()} returns.
 */
public interface RestorableStore {
  /**
   * Stores revisions with their operations, times, authors, versions and etags, and makes each
   * key's entry what its last revision left. Watchers see the entries; nothing else is recorded. A
   * store without history stores the entries alone. If the method fails, some of the revisions may
   * be stored, in their order; what the store has last tells how far it came.
   *
   * @throws KVException with {@link ErrorCode#CONFLICT} if the store's last revision is not
   *     {@link Restoration#after()}; nothing was stored
   */
  void restore(Restoration restoration);
}
