package dev.kvstore.internal.engine;

import dev.kvstore.ErrorCode;
import dev.kvstore.KVException;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.ForwardingEntryStore;

/** A handle to a shared store, which one caller can close without closing the store for others. */
final class StoreHandle extends ForwardingEntryStore {
  private volatile boolean closed;

  StoreHandle(EntryStore store) {
    super(store);
  }

  @Override
  protected EntryStore below() {
    if (closed) {
      throw new KVException(ErrorCode.CLOSED, "The store '" + name() + "' has been closed");
    }
    return super.below();
  }

  @Override
  public void close() {
    closed = true;
  }
}
