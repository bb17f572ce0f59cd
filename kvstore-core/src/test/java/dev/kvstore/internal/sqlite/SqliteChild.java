package dev.kvstore.internal.sqlite;

import static dev.kvstore.internal.sqlite.Values.text;

import dev.kvstore.HistorySettings;
import dev.kvstore.KVException;
import dev.kvstore.KVStore;
import dev.kvstore.WriteOptions;
import dev.kvstore.internal.mapping.BsonCodec;
import dev.kvstore.internal.typed.TypedKVStore;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.Write;
import dev.kvstore.testing.RawStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.bson.types.ObjectId;

/** A separate process that uses a database file. */
final class SqliteChild {
  private static final int WRITERS = 8;

  private SqliteChild() {}

  /**
   * Starts a process that opens the file, prints the result, and waits for the end of its input.
   */
  static Process holding(Path file) throws IOException {
    return start("hold", file);
  }

  /** Starts a process that writes until it is killed, and prints each written key. */
  static Process writing(Path file, String keyPrefix) throws IOException {
    return start("write", file, keyPrefix);
  }

  /**
   * Starts a process that writes with a history until it is killed: some threads increment their
   * own keys, others set and delete the same few keys. It prints the etag of each write before
   * ({@code +}) and after it ({@code =}), and each delete.
   */
  static Process recording(Path file) throws IOException {
    return start("record", file);
  }

  public static void main(String[] arguments) throws Exception {
    SqliteEntryDatabase database;
    boolean recording = arguments[0].equals("record");
    try {
      database = SqliteEntryDatabase.open(
          Path.of(arguments[1]),
          SqliteConfig.DEFAULT.history(recording ? HistorySettings.DEFAULT : HistorySettings.OFF));
    } catch (KVException e) {
      System.out.println(e.code() + " " + e.getMessage());
      return;
    }
    if (recording) {
      KVStore store = TypedKVStore.over(database.store("s"), BsonCodec.create());
      for (int i = 0; i < WRITERS; i++) {
        String own = "own" + i;
        new Thread(() -> count(store, own)).start();
      }
      for (int i = 0; i < WRITERS / 2; i++) {
        new Thread(() -> churn(store)).start();
      }
    } else if (arguments[0].equals("hold")) {
      System.out.println("open");
      while (System.in.read() >= 0) {
        // until the parent closes it
      }
      database.close();
    } else {
      RawStore store = RawStore.of(database.store("s"));
      for (int i = 0; i < WRITERS; i++) {
        String prefix = arguments[2] + i + "/";
        new Thread(() -> writeForEver(store, prefix)).start();
      }
    }
  }

  private static void count(KVStore store, String key) {
    for (int i = store.getOrDefault(key, 0) + 1; ; i++) {
      set(store, key, i);
    }
  }

  private static void churn(KVStore store) {
    while (true) {
      String key = "shared" + ThreadLocalRandom.current().nextInt(50);
      if (ThreadLocalRandom.current().nextInt(3) == 0) {
        System.out.println("-" + key + ".");
        if (store.delete(key)) {
          System.out.println("~" + key + ".");
        }
      } else {
        set(store, key, 0);
      }
    }
  }

  private static void set(KVStore store, String key, int value) {
    String etag = new ObjectId().toHexString();
    System.out.println("+" + etag + ".");
    store.set(key, value, WriteOptions.DEFAULT.etag(etag).comment(etag));
    System.out.println("=" + etag + ".");
    if (System.out.checkError()) { // the test has ended
      System.exit(1);
    }
  }

  private static void writeForEver(EntryStore store, String prefix) {
    for (int i = 0; ; i++) {
      String key = prefix + i;
      RawStore.of(store).write(new Write(key, text(key), WriteOptions.DEFAULT));
      // The full stop marks a complete line.
      System.out.println(key + ".");
    }
  }

  /** Kills the process and waits for its end. */
  static void kill(Process process) throws InterruptedException {
    process.destroyForcibly();
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      throw new IllegalStateException("The process " + process.pid() + " cannot be killed");
    }
  }

  private static Process start(String mode, Path file, String... more) throws IOException {
    List<String> command = new ArrayList<>(List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-cp",
        System.getProperty("java.class.path"),
        SqliteChild.class.getName(),
        mode,
        file.toString()));
    command.addAll(List.of(more));
    return new ProcessBuilder(command)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }
}
