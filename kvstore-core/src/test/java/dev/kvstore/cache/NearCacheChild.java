package dev.kvstore.cache;

import dev.kvstore.ReadOptions;
import dev.kvstore.mongo.MongoEntryDatabase;
import dev.kvstore.mongo.MongoSettings;
import dev.kvstore.spi.EntryStore;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Another process with a cache. It does what the lines of its input say: {@code run} for so many
 * milliseconds or until something is found to be wrong, and {@code converge} within so many to what
 * the database has; it answers in lines.
 */
final class NearCacheChild {
  static final Duration BOUND = Duration.ofSeconds(2);
  static final List<String> KEYS = List.of("k0", "k1", "k2", "k3");
  static final String READY = "ready";
  static final String DONE = "done";
  static final String VIOLATION = "violation";
  static final String FIGURE = "figure";
  private static final int WRITERS = 2;
  private static final int READERS = 3;

  /** What else writes to the standard output, as loggers do, is sent to the other one. */
  private static final PrintStream OUT = System.out;

  private NearCacheChild() {}

  static Process start(String uri, Mutation mutation) throws IOException {
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
    NearCacheSettings settings =
        NearCacheSettings.builder().stalenessBound(BOUND).build();
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (MongoEntryDatabase database =
            MongoEntryDatabase.open(arguments[0], MongoSettings.DEFAULT.withDatabase("racing"));
        NearCache cache = MutatedCache.over(
            database.store("settings"), settings, Mutation.valueOf(arguments[1]).parts())) {
      while (!cache.health().coherent()) {
        TimeUnit.MILLISECONDS.sleep(10);
      }
      OUT.println(READY);
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        List<String> words = List.of(line.split(" ", -1));
        Duration time = Duration.ofMillis(Long.parseLong(words.get(1)));
        if (words.get(0).equals("run")) {
          run(cache, time);
        } else {
          converge(cache, database.store("settings"), time);
        }
        OUT.println(DONE);
      }
    }
  }

  private static void run(NearCache cache, Duration time) throws InterruptedException {
    Traffic traffic = new Traffic(cache, KEYS);
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
    OUT.println(FIGURE + " hits " + cache.health().hits());
    OUT.println(FIGURE + " unavailable " + traffic.unavailableReads);
  }

  /** Nobody writes any more, so what is held must come to be what is stored, by the feed alone. */
  private static void converge(NearCache cache, EntryStore store, Duration within)
      throws InterruptedException {
    long end = System.nanoTime() + within.toNanos();
    for (String key : KEYS) {
      long stored = store.read(key).orElseThrow().version();
      long read;
      do {
        TimeUnit.MILLISECONDS.sleep(10);
        read = cache.read(key, ReadOptions.DEFAULT).orElseThrow().version();
      } while (System.nanoTime() < end && (read != stored || cache.held(key) == null));
      if (read != stored) {
        OUT.println(VIOLATION + " Promise 6: " + key + " stays at v" + read + ", the database has v"
            + stored);
      }
    }
  }
}
