package dev.kvstore.internal.sqlite;

import static dev.kvstore.internal.sqlite.Values.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.ErrorCode;
import dev.kvstore.HistoryQuery;
import dev.kvstore.HistorySettings;
import dev.kvstore.KVEntry;
import dev.kvstore.KVException;
import dev.kvstore.KVOperation;
import dev.kvstore.KVPage;
import dev.kvstore.KVRevision;
import dev.kvstore.KVStore;
import dev.kvstore.KVType;
import dev.kvstore.WriteOptions;
import dev.kvstore.internal.mapping.BsonCodec;
import dev.kvstore.internal.typed.TypedKVStore;
import dev.kvstore.spi.Write;
import dev.kvstore.testing.RawStore;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests several processes, and processes that are killed. */
@Timeout(120)
class SqliteProcessTest {
  @TempDir
  Path folder;

  private final List<Process> children = new CopyOnWriteArrayList<>();

  @AfterEach
  void killChildren() throws InterruptedException {
    for (Process child : children) {
      SqliteChild.kill(child);
    }
  }

  @Test
  void open_fileOfThisProcess_isRefusedToAnother() throws Exception {
    Path file = folder.resolve("settings.db");
    try (SqliteEntryDatabase database = SqliteEntryDatabase.open(file)) {
      assertThat(started(SqliteChild.holding(file)).readLine())
          .startsWith("LOCKED The database file " + file + " is in use by another process")
          .contains("process id " + ProcessHandle.current().pid() + ":")
          .contains("stop that one first");

      RawStore.of(database.store("s")).write(new Write("k", text("v"), WriteOptions.DEFAULT));
    }
    assertThat(started(SqliteChild.holding(file)).readLine()).isEqualTo("open");
  }

  @Test
  void open_fileOfAnotherProcess_isRefusedUntilThatIsKilled() throws Exception {
    Path file = folder.resolve("settings.db");
    Process child = SqliteChild.holding(file);
    assertThat(started(child).readLine()).isEqualTo("open");

    for (int attempt = 0; attempt < 2; attempt++) {
      assertThatThrownBy(() -> SqliteEntryDatabase.open(file))
          .isInstanceOfSatisfying(
              KVException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LOCKED))
          .hasMessageContaining("process id " + child.pid() + ":");
    }
    SqliteChild.kill(child);
    SqliteEntryDatabase.open(file).close();
  }

  @Test
  void open_refusedHere_keepsTheLockAgainstOthers() throws Exception {
    Path file = folder.resolve("settings.db");
    try (SqliteEntryDatabase database = SqliteEntryDatabase.open(file)) {
      assertThatThrownBy(() -> SqliteEntryDatabase.open(file))
          .hasMessageContaining("already open in this process");
      database.ping();

      assertThat(started(SqliteChild.holding(file)).readLine()).startsWith("LOCKED");
    }
  }

  @Test
  void kill_whileWriting_losesNothingAcknowledged() throws Exception {
    Path file = folder.resolve("settings.db");
    List<String> acknowledged = new ArrayList<>();
    for (int round = 0; round < 3; round++) {
      Process child = SqliteChild.writing(file, round + "/");
      BufferedReader lines = started(child);
      int enough = acknowledged.size() + 200 + 150 * round;
      String line = lines.readLine();
      while (line != null) {
        if (line.endsWith(".")) {
          acknowledged.add(line.substring(0, line.length() - 1));
        }
        if (acknowledged.size() == enough) {
          // By its handle, which keeps the pipe with the last acknowledgements open.
          assertThat(child.toHandle().destroyForcibly()).isTrue();
        }
        line = lines.readLine();
      }
      assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(enough);
    }

    try (SqliteEntryDatabase database = SqliteEntryDatabase.open(file)) {
      RawStore store = RawStore.of(database.store("s"));
      assertThat(store.readMany(acknowledged))
          .hasSize(acknowledged.size())
          .allMatch(entry -> Objects.equals(entry.value(), text(entry.key())));
      assertThat(integrityOf(database)).isEqualTo("ok");
    }
  }

  /** The number of kills in {@link #kill_whileRecording_leavesEveryHistoryWhole}. */
  private static final int KILLS = Integer.getInteger("kvstore.kills", 4);

  @Test
  @Timeout(1800)
  void kill_whileRecording_leavesEveryHistoryWhole() throws Exception {
    Path file = folder.resolve("settings.db");
    Set<String> tried = new HashSet<>();
    Set<String> acknowledged = new HashSet<>();
    Map<String, Integer> deletesTried = new HashMap<>();
    Map<String, Integer> deletes = new HashMap<>();
    Random random = new Random(41);
    for (int round = 0; round < KILLS; round++) {
      Process child = SqliteChild.recording(file);
      BufferedReader lines = started(child);
      int enough = acknowledged.size() + 1 + random.nextInt(4000);
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.endsWith(".")) {
          String what = line.substring(1, line.length() - 1);
          switch (line.charAt(0)) {
            case '+' -> tried.add(what);
            case '=' -> acknowledged.add(what);
            case '-' -> deletesTried.merge(what, 1, Integer::sum);
            default -> deletes.merge(what, 1, Integer::sum);
          }
        }
        if (acknowledged.size() == enough) {
          child.toHandle().destroyForcibly();
        }
      }
    }

    Set<String> recorded = new HashSet<>();
    try (SqliteEntryDatabase database =
            SqliteEntryDatabase.open(file, SqliteConfig.DEFAULT.history(HistorySettings.DEFAULT));
        KVStore store = TypedKVStore.over(database.store("s"), BsonCodec.create())) {
      assertThat(integrityOf(database)).isEqualTo("ok");
      for (int i = 0; i < 8; i++) {
        List<KVRevision<Integer>> history = history(store, "own" + i);
        assertThat(history).extracting(SqliteProcessTest::version).doesNotHaveDuplicates();
        assertThat(history)
            .extracting(SqliteProcessTest::version)
            .isEqualTo(LongStream.rangeClosed(1, history.size()).boxed().toList());
        assertThat(history)
            .extracting(revision -> (long) revision.entry().orElseThrow().value())
            .as("each write counts on")
            .isEqualTo(LongStream.rangeClosed(1, history.size()).boxed().toList());
        note(history, recorded);
      }
      for (int i = 0; i < 50; i++) {
        String key = "shared" + i;
        List<KVRevision<Integer>> history = history(store, key);
        long version = 0;
        int deleted = 0;
        for (KVRevision<Integer> revision : history) {
          if (revision.operation() == KVOperation.DELETE) {
            assertThat(version).as("there was an entry to delete").isPositive();
            version = 0;
            deleted++;
          } else {
            assertThat(version(revision)).isEqualTo(++version);
          }
        }
        assertThat(deleted)
            .isBetween(deletes.getOrDefault(key, 0), deletesTried.getOrDefault(key, 0));
        assertThat(store.findEntry(key, Integer.class).map(KVEntry::version).orElse(0L))
            .isEqualTo(version);
        assertThat(history).extracting(KVRevision::at).isSorted();
        note(history, recorded);
      }
    }
    assertThat(recorded).containsAll(acknowledged);
    assertThat(tried).containsAll(recorded);
  }

  private static long version(KVRevision<?> revision) {
    return revision.metadata().orElseThrow().version();
  }

  /** Adds the etags, each of which must occur once and with its own comment. */
  private static void note(List<KVRevision<Integer>> history, Set<String> recorded) {
    for (KVRevision<Integer> revision : history) {
      revision.metadata().ifPresent(metadata -> {
        assertThat(recorded.add(metadata.etag())).isTrue();
        assertThat(revision.comment()).contains(metadata.etag());
      });
    }
  }

  /** Returns the revisions of the key, oldest first. */
  private static List<KVRevision<Integer>> history(KVStore store, String key) {
    List<KVRevision<Integer>> all = new ArrayList<>();
    HistoryQuery query = HistoryQuery.key(key).withValues().limit(1000);
    Optional<String> next = Optional.of("");
    while (next.isPresent()) {
      KVPage<KVRevision<Integer>> page = store
          .history()
          .revisions(
              next.get().isEmpty() ? query : query.after(next.get()), KVType.of(Integer.class));
      page.items().forEach(revision -> all.add(0, revision));
      next = page.next();
    }
    return all;
  }

  private BufferedReader started(Process child) {
    children.add(child);
    return child.inputReader();
  }

  private static String integrityOf(SqliteEntryDatabase database) {
    return database.writer.write(0, () -> {
      try (Statement statement = database.connection.createStatement();
          ResultSet row = statement.executeQuery("PRAGMA integrity_check")) {
        row.next();
        return row.getString(1);
      }
    });
  }
}
