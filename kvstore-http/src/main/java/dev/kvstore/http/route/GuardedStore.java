package dev.kvstore.http.route;

import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.ForwardingEntryStore;

/**
 * A store as one request sees it: before each read and write it checks again whether the caller may
 * go on. A request can take long, by its body or the pages of its answer, and a token can be
 * revoked meanwhile.
 */
public final class GuardedStore extends ForwardingEntryStore {
  private final Runnable check;

  /** @param check throws where the caller may not go on */
  GuardedStore(EntryStore store, Runnable check) {
    super(store);
    this.check = check;
  }

  @Override
  protected EntryStore below() {
    check.run();
    return super.below();
  }
}
