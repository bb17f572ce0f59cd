package dev.kvstore.internal.sqlite;

import static dev.kvstore.internal.sqlite.Values.text;

import dev.kvstore.KVException;
import dev.kvstore.WriteOptions;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.Write;
import dev.kvstore.testing.RawStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Another process that uses a database file. */
final class SqliteChild {
  private static final int WRITERS = 8;

  private SqliteChild() {}

  /** Starts a process which opens the file, says so or why not, and waits for its input's end. */
  static Process holding(Path file) throws IOException {
    return start("hold", file);
  }

  /** Starts a process which writes until it is killed, and prints each key it has written. */
  static Process writing(Path file, String keyPrefix) throws IOException {
    return start("write", file, keyPrefix);
  }

  public static void main(String[] arguments) throws Exception {
    SqliteEntryDatabase database;
    try {
      database = SqliteEntryDatabase.open(Path.of(arguments[1]));
    } catch (KVException e) {
      System.out.println(e.code() + " " + e.getMessage());
      return;
    }
    if (arguments[0].equals("hold")) {
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

  private static void writeForEver(EntryStore store, String prefix) {
    for (int i = 0; ; i++) {
      String key = prefix + i;
      RawStore.of(store).write(new Write(key, text(key), WriteOptions.DEFAULT));
      // The stop tells a whole line from one that was cut off.
      System.out.println(key + ".");
    }
  }

  /** Kills the process and waits until it is gone. */
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
