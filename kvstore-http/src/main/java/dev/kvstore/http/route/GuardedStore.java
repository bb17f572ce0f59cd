package dev.kvstore.http.route;

import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.ForwardingEntryStore;

/**
 * The store of one request, which checks the caller's permission again before each read and write.
 * A request can take long, because of its body or the pages of its response, and the token can be
 * revoked during that time.
 */
public final class GuardedStore extends ForwardingEntryStore {
  private final Runnable check;

  /** @param check throws if the caller is no longer permitted */
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
