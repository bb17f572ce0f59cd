package dev.kvstore.internal.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.testing.StandInReplicaSet;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Tests two processes with a cache each, over a slow database with breaking connections. In both,
 * writers and readers race on a few keys. Processes must read their own writes, reads of a key must
 * be monotonic, and no read may exceed the staleness bound; in the end both caches must agree with
 * the database. Removing mechanisms one at a time proves that violations are detected.
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NearCacheProcessTest {
  private static final Duration TIME =
      Duration.ofSeconds(Long.getLong("kvstore.racing.seconds", 10));

  /** An allowance for machines that delay the threads that check the time. */
  private static final Duration TOLERANCE = Duration.ofSeconds(1);

  private final List<Child> children = new ArrayList<>();
  private final Chronicle chronicle = new Chronicle();
  private final List<String> violations = new ArrayList<>();
  private final Map<String, Long> figures = new TreeMap<>();
  private StandInReplicaSet server;

  /** A process with its input and output. */
  private record Child(Process process, BufferedReader lines, PrintWriter commands) {
    static Child start(String uri, Mutant mutation) throws IOException {
      Process process = NearCacheChild.start(uri, mutation);
      return new Child(
          process,
          process.inputReader(StandardCharsets.UTF_8),
          new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true));
    }
  }

  @BeforeEach
  void start() {
    server = StandInReplicaSet.start();
    server.slowDown(Duration.ofMillis(4));
  }

  @AfterEach
  void stop() throws InterruptedException {
    for (Child child : children) {
      child.process().destroyForcibly().waitFor();
    }
    server.close();
  }

  /** Starts both processes without this mechanism. */
  private void open(Mutant mutation) throws IOException {
    for (int i = 0; i < 2; i++) {
      children.add(Child.start(server.connectionString(), mutation));
    }
    awaitAll(NearCacheChild.READY);
  }

  private void tellAll(String command) {
    children.forEach(child -> child.commands().println(command));
  }

  private void awaitAll(String last) throws IOException {
    for (Child child : children) {
      String line = child.lines().readLine();
      while (!last.equals(line)) {
        assertThat(line).as("the process has not ended").isNotNull();
        note(line);
        line = child.lines().readLine();
      }
    }
  }

  private void note(String line) {
    if (line.startsWith(NearCacheChild.VIOLATION)) {
      violations.add(line);
    } else if (line.startsWith(NearCacheChild.FIGURE)) {
      List<String> words = List.of(line.split(" ", -1));
      figures.merge(words.get(1), Long.parseLong(words.get(2)), Long::sum);
    } else {
      assertThat(chronicle.add(line)).as(line).isTrue();
    }
  }

  private long figure(String what) {
    return figures.getOrDefault(what, 0L);
  }

  @Test
  void racingProcesses_seeWhatIsPromised(TestReporter reporter) throws Exception {
    open(Mutant.NONE);
    ScheduledExecutorService breaker = Executors.newSingleThreadScheduledExecutor();
    try {
      var unused = breaker.scheduleWithFixedDelay(
          server.wire()::disconnect, 500, 1500, TimeUnit.MILLISECONDS);
      tellAll("run " + TIME.toMillis());
      awaitAll(NearCacheChild.DONE);
    } finally {
      breaker.shutdownNow();
    }
    tellAll("converge 60000");
    awaitAll(NearCacheChild.DONE);
    Duration oldest = chronicle.oldestRead();
    figures.put("oldest read, ms", oldest.toMillis());
    figures.forEach((what, figure) -> reporter.publishEntry(what, figure.toString()));
    assertThat(violations).isEmpty();
    assertThat(oldest).isLessThan(NearCacheChild.BOUND.plus(TOLERANCE));
    assertThat(chronicle.acknowledgements()).isGreaterThan(100);
    assertThat(figure("hits")).isGreaterThan(figure("reads") / 2);
  }

  /** Proves that the checks detect the removal of any mechanism. */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void racingProcesses_withoutAMechanism_areFoundOut(Mutant mutation, TestReporter reporter)
      throws Exception {
    open(mutation);
    for (int round = 0; round < 10 && isFine(); round++) {
      tellAll("run 2000");
      awaitAll(NearCacheChild.DONE);
      tellAll("converge 1000");
      awaitAll(NearCacheChild.DONE);
    }
    reporter.publishEntry("found", violations.size() + " and a read " + chronicle.oldestRead());
    assertThat(isFine()).isFalse();
  }

  private boolean isFine() {
    return violations.isEmpty()
        && chronicle.oldestRead().compareTo(NearCacheChild.BOUND.plus(TOLERANCE)) < 0;
  }
}
