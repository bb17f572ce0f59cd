package dev.kvstore.cli.commands;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kvstore.KVEntry;
import dev.kvstore.KVStore;
import dev.kvstore.Names;
import dev.kvstore.ReadOptions;
import dev.kvstore.cli.terminal.CliException;
import dev.kvstore.cli.terminal.Console;
import dev.kvstore.cli.terminal.ExitCodes;
import dev.kvstore.cli.terminal.LocalFiles;
import dev.kvstore.spi.RawValue;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The entries that {@code kv apply} is about.
 *
 * @param keysFrom a file of keys, - for the standard input; null for all keys
 */
record Targets(Selection selection, @Nullable Path keysFrom, Console console) {
  private static final ReadOptions PRESENT = ReadOptions.DEFAULT.bypassingCache();

  /** Takes a selected entry; it is null for a key from a file that has none. */
  interface Taker {
    void take(String key, @Nullable KVEntry<RawValue> entry) throws IOException;
  }

  /** Hands out the entries, as they are read. */
  void each(KVStore store, Taker taker) throws IOException {
    if (keysFrom == null) {
      for (Iterator<KVEntry<RawValue>> entries =
              selection.entries(store, PRESENT, console.clock()).iterator();
          entries.hasNext(); ) {
        KVEntry<RawValue> entry = entries.next();
        taker.take(entry.key(), entry);
      }
      return;
    }
    try (BufferedReader lines = open(keysFrom)) {
      for (List<String> keys = next(lines); !keys.isEmpty(); keys = next(lines)) {
        each(store, keys, taker);
      }
    }
  }

  private BufferedReader open(Path file) throws IOException {
    if (file.toString().equals("-")) {
      return new BufferedReader(new InputStreamReader(console.in(), UTF_8));
    }
    try {
      return Files.newBufferedReader(file);
    } catch (IOException e) {
      throw new CliException(ExitCodes.USAGE, file + " cannot be read: " + LocalFiles.reason(e), e);
    }
  }

  private static List<String> next(BufferedReader lines) throws IOException {
    List<String> keys = new ArrayList<>();
    while (keys.size() < ApplyRun.AT_ONCE) {
      String line = lines.readLine();
      if (line == null) {
        break;
      }
      if (!line.isEmpty()) {
        keys.add(Names.checkKey(line));
      }
    }
    return keys;
  }

  private void each(KVStore store, List<String> keys, Taker taker) throws IOException {
    Map<String, KVEntry<RawValue>> found = new HashMap<>();
    store.findEntries(keys, RawValue.TYPE, PRESENT).forEach(entry -> found.put(entry.key(), entry));
    Predicate<KVEntry<RawValue>> conditions = selection.conditions(console.clock());
    for (String key : keys) {
      KVEntry<RawValue> entry = found.get(key);
      if (entry == null || conditions.test(entry)) {
        taker.take(key, entry);
      }
    }
  }
}
