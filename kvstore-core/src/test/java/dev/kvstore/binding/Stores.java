package dev.kvstore.binding;

import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.KeyRange;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/** Stores that are read in a way that a test wants. */
final class Stores {
  private Stores() {}

  /** What happens before a page is read. */
  interface BeforePage {
    void of(KeyRange range);
  }

  /** Returns the store with pages of one entry, so that much can happen between them. */
  static EntryStore pageByPage(EntryStore store, BeforePage hook) {
    return (EntryStore) Proxy.newProxyInstance(
        EntryStore.class.getClassLoader(),
        new Class<?>[] {EntryStore.class},
        (proxy, method, arguments) -> {
          Object[] changed = arguments;
          if (method.getName().equals("scan")) {
            hook.of((KeyRange) arguments[0]);
            changed = arguments.clone();
            changed[1] = 1;
          }
          try {
            return method.invoke(store, changed);
          } catch (InvocationTargetException e) {
            throw e.getCause();
          }
        });
  }
}
