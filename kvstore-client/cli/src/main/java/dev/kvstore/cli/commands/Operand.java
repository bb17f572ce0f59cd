package dev.kvstore.cli.commands;

import dev.kvstore.KVDatabase;
import dev.kvstore.KVStore;
import dev.kvstore.Names;
import dev.kvstore.cli.document.Values;
import dev.kvstore.cli.options.FileOptions;
import dev.kvstore.cli.options.Session;
import dev.kvstore.spi.RawValue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Where values are: in a store, or in a file. */
interface Operand {
  /** How many keys are asked for at once. */
  int AT_ONCE = 200;

  /** Returns the values under their keys. */
  Map<String, RawValue> read(Session session) throws IOException;

  /** A name of a store, if it can be one, or else a file. */
  static Operand of(String text, String prefix, FileOptions options) {
    return Names.isStore(text)
        ? store(text, prefix)
        : session -> options.read(text, session).withPrefix(prefix).values();
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
    List<String> all = new ArrayList<>(keys);
    for (int from = 0; from < all.size(); from += AT_ONCE) {
      store
          .getMany(all.subList(from, Math.min(from + AT_ONCE, all.size())), RawValue.TYPE)
          .forEach(values::put);
    }
    return values;
  }
}
