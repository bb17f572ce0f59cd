package dev.kvstore.internal.binding;

import dev.kvstore.KVPage;
import dev.kvstore.ReadOptions;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.ForwardingEntryStore;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.Projection;

/** Stores with hooks for reads. */
final class Stores {
  private Stores() {}

  /** Called before a page is read. */
  interface BeforePage {
    void of(KeyRange range);
  }

  /** Returns the store with pages of one entry and a hook between them. */
  static EntryStore pageByPage(EntryStore store, BeforePage hook) {
    return new ForwardingEntryStore(store) {
      @Override
      public <T> KVPage<T> scan(
          KeyRange range, Projection<T> projection, int limit, ReadOptions options) {
        hook.of(range);
        return super.scan(range, projection, 1, options);
      }
    };
  }
}
