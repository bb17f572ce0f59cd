package dev.kvstore.internal.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kvstore.ErrorCode;
import dev.kvstore.KVException;
import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.UnavailableException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GroupWriterTest {
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final Duration SHORT = Duration.ofMillis(500);

  /** Transactions on a list of numbers. */
  private static final class Numbers implements Transactions {
    final List<Integer> committed = new ArrayList<>();
    final List<Integer> pending = new ArrayList<>();
    final AtomicInteger checkpoints = new AtomicInteger();
    int commits;

    @Nullable
    SQLException failBegin;

    @Nullable
    SQLException failCommit;

    @Nullable
    Error failRollback;

    @Nullable
    Error failTidyUp;

    @Override
    public synchronized void begin() throws SQLException {
      throwing(failBegin);
      assertThat(pending).isEmpty();
    }

    @Override
    public void complete() {}

    @Override
    public synchronized void commit() throws SQLException {
      throwing(failCommit);
      committed.addAll(pending);
      pending.clear();
      commits++;
    }

    @Override
    public synchronized void rollback() {
      pending.clear();
      throwing(failRollback);
    }

    @Override
    public void tidyUp() {
      throwing(failTidyUp);
    }

    private static void throwing(@Nullable Error failure) {
      if (failure != null) {
        throw failure;
      }
    }

    @Override
    public void checkpoint() {
      checkpoints.incrementAndGet();
    }

    synchronized int add(int number) {
      pending.add(number);
      return number;
    }

    synchronized List<Integer> committed() {
      return List.copyOf(committed);
    }

    private static void throwing(@Nullable SQLException failure) throws SQLException {
      if (failure != null) {
        throw failure;
      }
    }
  }

  private final Numbers numbers = new Numbers();
  private final AtomicInteger sweeps = new AtomicInteger();
  private final ExecutorService callers = Executors.newCachedThreadPool();
  private final List<Future<Integer>> blocked = new ArrayList<>();
  private final CountDownLatch gate = new CountDownLatch(1);
  private @Nullable GroupWriter writer;

  @AfterEach
  void end() throws InterruptedException {
    gate.countDown();
    callers.shutdownNow();
    if (writer != null) {
      assertThat(writer.close(LONG)).isTrue();
    }
  }

  @Test
  void write_returnsWhatWasCommitted() {
    GroupWriter started = start(LONG);

    assertThat(started.write(0, () -> numbers.add(1))).isEqualTo(1);
    assertThat(numbers.committed()).containsExactly(1);
  }

  @Test
  void write_manyWaiting_areOneCommit() throws Exception {
    GroupWriter started = start(LONG);
    blockWriter(started);
    List<Future<Integer>> others = new ArrayList<>();
    for (int i = 1; i <= 64; i++) {
      int number = i;
      others.add(callers.submit(() -> started.write(0, () -> numbers.add(number))));
    }
    await().until(() -> started.queued() == 64);
    gate.countDown();
    for (Future<Integer> other : others) {
      other.get();
    }

    assertThat(blocked.get(0).get()).isZero();
    assertThat(numbers.committed()).hasSize(65);
    assertThat(numbers.commits).isEqualTo(2);
  }

  @Test
  void write_refusedInAGroup_leavesTheOthers() throws Exception {
    GroupWriter started = start(LONG);
    KVException refusal = new KVException(ErrorCode.CONFLICT, "refused");
    List<Future<Integer>> results = group(
        started,
        List.of(
            () -> numbers.add(1),
            () -> {
              throw refusal;
            },
            () -> numbers.add(2)));

    assertThat(results.get(0).get()).isEqualTo(1);
    assertThatThrownBy(() -> results.get(1).get()).hasCause(refusal);
    assertThat(results.get(2).get()).isEqualTo(2);
    assertThat(numbers.committed()).containsExactly(0, 1, 2);
    assertThat(numbers.commits).isEqualTo(2);
  }

  @Test
  void write_brokenInAGroup_leavesTheOthersAndNothingOfItself() throws Exception {
    GroupWriter started = start(LONG);
    List<Future<Integer>> results = group(
        started,
        List.of(
            () -> numbers.add(1),
            () -> {
              numbers.add(-1);
              throw new SQLException("broken half-way");
            },
            () -> {
              numbers.add(-2);
              throw new IllegalStateException("a bug");
            },
            () -> numbers.add(2)));

    assertThat(results.get(0).get()).isEqualTo(1);
    assertThatThrownBy(() -> results.get(1).get()).hasRootCauseMessage("broken half-way");
    assertThatThrownBy(() -> results.get(2).get()).hasRootCauseMessage("a bug");
    assertThat(results.get(3).get()).isEqualTo(2);
    assertThat(numbers.committed()).containsExactly(0, 1, 2);
  }

  @Test
  void write_commitFails_failsTheWholeGroupAndNotTheNext() throws Exception {
    GroupWriter started = start(LONG);
    numbers.failCommit = new SQLException("fsync failed");
    List<Future<Integer>> results = group(started, List.of(() -> numbers.add(1), () -> {
      throw new KVException(ErrorCode.CONFLICT, "refused because of 1");
    }));

    for (Future<Integer> result : results) {
      assertThatThrownBy(result::get).hasCauseInstanceOf(OutcomeUnknownException.class);
    }
    numbers.failCommit = null;
    assertThat(started.write(0, () -> numbers.add(3))).isEqualTo(3);
    assertThat(numbers.committed()).containsExactly(3);
  }

  @Test
  void write_errorAroundATransaction_endsNeitherTheThreadNorTheWaiting() {
    GroupWriter started = start(LONG);
    numbers.failCommit = new SQLException("fsync failed");
    numbers.failRollback = new StackOverflowError();
    assertThatThrownBy(() -> started.write(0, () -> numbers.add(1)))
        .isInstanceOf(OutcomeUnknownException.class);
    numbers.failCommit = null;
    numbers.failRollback = null;
    numbers.failTidyUp = new OutOfMemoryError("injected");
    assertThat(started.write(0, () -> numbers.add(2))).isEqualTo(2);
    assertThat(started.write(0, () -> numbers.add(3))).isEqualTo(3);
    assertThat(numbers.committed()).containsExactly(2, 3);
    assertThat(started.isAlive()).isTrue();
  }

  @Test
  void write_beginFails_isUnavailable() {
    GroupWriter started = start(LONG);
    numbers.failBegin = new SQLException("busy", "", 5);

    assertThatThrownBy(() -> started.write(0, () -> numbers.add(1)))
        .isExactlyInstanceOf(UnavailableException.class)
        .hasMessageContaining("x.db is held by another program");
    numbers.failBegin = null;
    assertThat(started.write(0, () -> numbers.add(2))).isEqualTo(2);
  }

  @Test
  void write_timeUpWhileQueued_isNeverDone() throws Exception {
    GroupWriter started = start(SHORT);
    blockWriter(started);

    assertThatThrownBy(() -> started.write(0, () -> numbers.add(1)))
        .isExactlyInstanceOf(UnavailableException.class)
        .hasMessageContaining("within 500ms");
    assertThat(started.queued()).isZero();
    gate.countDown();
    await().until(() -> numbers.committed().equals(List.of(0)));
    assertThat(started.write(0, () -> numbers.add(2))).isEqualTo(2);
    assertThat(numbers.committed()).containsExactly(0, 2);
    assertThat(blocked.get(0)).isDone();
  }

  @Test
  void write_timeUpWhileRunning_isUnknown() {
    GroupWriter started = start(SHORT);

    assertThatThrownBy(() -> started.write(0, () -> {
          pass(gate);
          return numbers.add(1);
        }))
        .isInstanceOf(OutcomeUnknownException.class)
        .hasMessageContaining("within 1s");
  }

  @Test
  void write_moreBytesThanTheQueueHolds_isRefused() throws Exception {
    GroupWriter started = start(SHORT);
    blockWriter(started, 1L << 40);

    assertThatThrownBy(() -> started.write(0, () -> numbers.add(1)))
        .isExactlyInstanceOf(UnavailableException.class)
        .hasMessageContaining("more writes waiting than fit");
  }

  @Test
  void write_interruptedWhileQueued_isTakenBackAndStaysInterrupted() throws Exception {
    GroupWriter started = start(LONG);
    blockWriter(started);
    CompletableFuture<Boolean> flag = new CompletableFuture<>();
    CompletableFuture<Throwable> failure = new CompletableFuture<>();
    Thread caller = new Thread(() -> {
      try {
        started.write(0, () -> numbers.add(1));
      } catch (KVException e) {
        failure.complete(e);
      }
      flag.complete(Thread.currentThread().isInterrupted());
    });
    caller.start();
    await().until(() -> started.queued() == 1);
    caller.interrupt();

    assertThat(failure.get()).isExactlyInstanceOf(UnavailableException.class);
    assertThat(flag.get()).isTrue();
    gate.countDown();
    caller.join();
    started.write(0, () -> numbers.add(2));
    assertThat(numbers.committed()).containsExactly(0, 2);
  }

  @Test
  void write_interruptedWhileRunning_isWaitedForAndStaysInterrupted() throws Exception {
    GroupWriter started = start(LONG);
    CountDownLatch running = new CountDownLatch(1);
    CompletableFuture<Boolean> flag = new CompletableFuture<>();
    Thread caller = new Thread(() -> {
      started.write(0, () -> {
        running.countDown();
        pass(gate);
        return numbers.add(1);
      });
      flag.complete(Thread.currentThread().isInterrupted());
    });
    caller.start();
    running.await();
    caller.interrupt();
    gate.countDown();

    assertThat(flag.get()).isTrue();
    assertThat(numbers.committed()).containsExactly(1);
  }

  @Test
  void close_finishesWhatWasQueuedAndRefusesTheRest() throws Exception {
    GroupWriter started = start(LONG);
    blockWriter(started);
    Future<Integer> second = callers.submit(() -> started.write(0, () -> numbers.add(1)));
    await().until(() -> started.queued() == 1);
    assertThat(started.close(SHORT)).isFalse();

    assertThatThrownBy(() -> started.write(0, () -> numbers.add(2)))
        .isInstanceOfSatisfying(
            KVException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CLOSED));
    gate.countDown();
    assertThat(started.close(LONG)).isTrue();
    assertThat(blocked.get(0).get()).isZero();
    assertThat(second.get()).isEqualTo(1);
    assertThat(numbers.committed()).containsExactly(0, 1);
  }

  @Test
  void checkpoint_isMadeAtTheBeginningAndTheEnd() throws Exception {
    GroupWriter started = start(LONG);
    await().until(() -> numbers.checkpoints.get() == 1);
    started.write(0, () -> numbers.add(1));
    started.write(0, () -> numbers.add(2));
    assertThat(numbers.checkpoints).hasValue(1);

    assertThat(started.close(LONG)).isTrue();
    assertThat(numbers.checkpoints).hasValue(2);
  }

  @Test
  void checkpoint_isMadeAfterEachQuietTime() {
    start(LONG, () -> false, LONG, Duration.ofMillis(20));

    await().until(() -> numbers.checkpoints.get() >= 3);
  }

  @Test
  void sweep_moreToDo_doesNotWaitForTheInterval() {
    start(LONG, () -> sweeps.incrementAndGet() < 50, Duration.ofMillis(500));

    await().atMost(Duration.ofSeconds(10)).until(() -> sweeps.get() >= 50);
  }

  @Test
  void sweep_failing_isTriedAgainAndStopsNobody() {
    GroupWriter started = start(
        LONG,
        () -> {
          sweeps.incrementAndGet();
          throw new SQLException("no");
        },
        Duration.ofMillis(1));

    await().until(() -> sweeps.get() >= 3);
    assertThat(started.write(0, () -> numbers.add(1))).isEqualTo(1);
  }

  /** Starts these writes so that they form one transaction, in this order. */
  private List<Future<Integer>> group(
      GroupWriter started, List<GroupWriter.Operation<Integer>> operations) throws Exception {
    blockWriter(started);
    List<Future<Integer>> results = new ArrayList<>();
    for (GroupWriter.Operation<Integer> operation : operations) {
      results.add(callers.submit(() -> started.write(0, operation)));
      int expected = results.size();
      await().until(() -> started.queued() == expected);
    }
    gate.countDown();
    return results;
  }

  /** Blocks the writer in a write that ends when the gate is opened. */
  private void blockWriter(GroupWriter started) throws InterruptedException {
    blockWriter(started, 0);
  }

  private void blockWriter(GroupWriter started, long bytes) throws InterruptedException {
    CountDownLatch running = new CountDownLatch(1);
    blocked.add(callers.submit(() -> started.write(bytes, () -> {
      running.countDown();
      pass(gate);
      return numbers.add(0);
    })));
    running.await();
  }

  private GroupWriter start(Duration timeout) {
    return start(timeout, () -> false, LONG);
  }

  private GroupWriter start(
      Duration timeout, GroupWriter.Operation<Boolean> sweep, Duration sweepInterval) {
    return start(timeout, sweep, sweepInterval, LONG);
  }

  private GroupWriter start(
      Duration timeout,
      GroupWriter.Operation<Boolean> sweep,
      Duration sweepInterval,
      Duration quietTime) {
    SqlErrors errors = new SqlErrors(Path.of("x.db"));
    GroupWriter started =
        new GroupWriter(numbers, errors, timeout, sweep, sweepInterval, quietTime);
    writer = started;
    started.start();
    return started;
  }

  private static void pass(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
