package dev.kvstore.cli.commands;

import dev.kvstore.KVDatabase;
import dev.kvstore.KVStore;
import dev.kvstore.Names;
import dev.kvstore.cli.options.FileOptions;
import dev.kvstore.cli.options.Session;
import dev.kvstore.internal.support.Chunks;
import dev.kvstore.internal.transfer.Values;
import dev.kvstore.spi.RawValue;
import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** A source of values: a store or a file. */
interface Operand {
  /** The number of keys to request at a time. */
  int AT_ONCE = 200;

  /** Returns the values by key. */
  Map<String, RawValue> read(Session session) throws IOException;

  /** Returns a store if the text is a valid store name, or else a file. */
  static Operand of(String text, String prefix, FileOptions options) {
    return Names.isStore(text)
        ? store(text, prefix)
        : session -> options.values(text, prefix, session);
  }

  private static Operand store(String name, String prefix) {
    return session -> {
      Map<String, RawValue> values = new LinkedHashMap<>();
      try (KVDatabase database = session.open()) {
        database.store(name).stream(prefix, RawValue.TYPE)
            .forEach(entry -> values.put(entry.key(), Values.of(entry)));
      }
      return values;
    };
  }

  /** Returns the values of those keys that have an entry. */
  static Map<String, RawValue> values(KVStore store, Collection<String> keys) {
    Map<String, RawValue> values = new LinkedHashMap<>();
    Chunks.of(keys, AT_ONCE)
        .forEach(some -> store.getMany(some, RawValue.TYPE).forEach(values::put));
    return values;
  }
}
