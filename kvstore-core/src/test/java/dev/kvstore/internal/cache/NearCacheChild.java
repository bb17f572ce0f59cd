package dev.kvstore.internal.cache;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.kvstore.KVEntry;
import dev.kvstore.NearCacheSettings;
import dev.kvstore.internal.engine.StoreStack;
import dev.kvstore.internal.mongo.MongoEntryDatabase;
import dev.kvstore.mongo.MongoSettings;
import dev.kvstore.testing.MongoStack;
import dev.kvstore.testing.RawStore;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;

/**
 * A separate process with a cache. It executes commands from its input: {@code run} for some
 * milliseconds or until a violation, and {@code converge} to the state of the database within some
 * milliseconds. It responds in lines.
 */
final class NearCacheChild {
  static final Duration BOUND = Duration.ofSeconds(2);
  private static final NearCacheSettings CACHE =
      NearCacheSettings.builder().stalenessBound(BOUND).build();
  private static final MongoSettings SETTINGS = MongoSettings.DEFAULT.withDatabase("racing");
  private static final String STORE = "settings";
  static final List<String> KEYS = List.of("k0", "k1", "k2", "k3");
  static final String READY = "ready";
  static final String DONE = "done";
  static final String VIOLATION = "violation";
  static final String FIGURE = "figure";
  private static final int WRITERS = 2;
  private static final int READERS = 3;

  /**
   * The real standard output; other output, such as that of loggers, is redirected to the standard
   * error.
   */
  private static final PrintStream OUT = System.out;

  private NearCacheChild() {}

  static Process start(String uri, Mutant mutation) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            NearCacheChild.class.getName(),
            uri,
            mutation.name())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  public static void main(String[] arguments) throws Exception {
    System.setOut(System.err);
    ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).setLevel(Level.WARN);
    Mutant mutation = Mutant.valueOf(arguments[1]);
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (MongoEntryDatabase plain =
            MongoEntryDatabase.open(arguments[0], SETTINGS.withoutNearCache());
        StoreStack cached = MongoStack.open(arguments[0], SETTINGS.withNearCache(CACHE));
        RawStore store = RawStore.of(
            mutation == Mutant.NONE
                ? cached.store(STORE)
                : MutatedCache.over(plain.store(STORE), CACHE, mutation.parts()))) {
      OUT.println(READY);
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        List<String> words = List.of(line.split(" ", -1));
        Duration time = Duration.ofMillis(Long.parseLong(words.get(1)));
        if (words.get(0).equals("run")) {
          run(store, time);
        } else {
          converge(store, RawStore.of(plain.store(STORE)), time);
        }
        OUT.println(DONE);
      }
    }
  }

  private static void run(RawStore store, Duration time) throws InterruptedException {
    Traffic traffic = new Traffic(store, KEYS);
    try (traffic) {
      traffic.write(WRITERS).read(READERS);
      long end = System.nanoTime() + time.toNanos();
      while (System.nanoTime() < end && traffic.violations.isEmpty()) {
        TimeUnit.MILLISECONDS.sleep(10);
      }
    }
    traffic.chronicle.lines().forEach(OUT::println);
    traffic.violations.forEach(violation -> OUT.println(VIOLATION + " " + violation));
    OUT.println(FIGURE + " reads " + traffic.reads);
    OUT.println(FIGURE + " writes " + traffic.writes);
    store
        .cache()
        .ifPresent(cache -> OUT.println(FIGURE + " hits " + cache.health().hits()));
    OUT.println(FIGURE + " unavailable " + traffic.unavailableReads);
  }

  /**
   * Checks that without further writes the cache converges to the stored state, by the feed alone.
   */
  private static void converge(RawStore store, RawStore plain, Duration within)
      throws InterruptedException {
    long end = System.nanoTime() + within.toNanos();
    for (String key : KEYS) {
      long stored = version(plain, key);
      long read;
      do {
        TimeUnit.MILLISECONDS.sleep(10);
        read = version(store, key);
      } while (System.nanoTime() < end && (read != stored || store.held(key) == null));
      if (read != stored) {
        OUT.println(VIOLATION + " Promise 6: " + key + " stays at v" + read + ", the database has v"
            + stored);
      }
    }
  }

  /** Returns the version; 0 for a key that was not written before a violation ended the run. */
  private static long version(RawStore store, String key) {
    return store.read(key).map(KVEntry::version).orElse(0L);
  }
}
