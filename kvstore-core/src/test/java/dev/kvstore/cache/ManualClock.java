package dev.kvstore.cache;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;

/** Time that moves when a test says so, and then ticks. No thread. */
class ManualClock extends CacheClock {
  private final AtomicLong nanos = new AtomicLong();
  private final List<Runnable> onTick = new ArrayList<>();

  @Override
  long nanos() {
    return nanos.get();
  }

  @Override
  long millis() {
    return nanos.get() / 1_000_000;
  }

  @Override
  void start(String name, Runnable newOnTick) {
    onTick.add(newOnTick);
  }

  void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
    onTick.forEach(this::tick);
  }

  /** As {@link #pass}, but the thread that ticks has not come to run. */
  void passUnnoticed(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  /** A test that runs on one thread must never come to wait for itself. */
  @Override
  <T> T await(CompletableFuture<T> result) throws InterruptedException, ExecutionException {
    if (!result.isDone()) {
      throw new AssertionError("Joined a load that began before");
    }
    return super.await(result);
  }
}
