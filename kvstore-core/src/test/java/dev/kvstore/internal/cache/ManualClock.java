package dev.kvstore.internal.cache;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that a test advances, which also makes it tick. Has no thread. */
class ManualClock extends CacheClock {
  private final AtomicLong nanos = new AtomicLong();

  ManualClock() {
    super("manual", InstantSource.system());
  }

  @Override
  long nanos() {
    return nanos.get();
  }

  @Override
  long at(long nanoTime) {
    return nanoTime;
  }

  @Override
  long millis() {
    return nanos.get() / 1_000_000;
  }

  @Override
  void run() {}

  void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
    tick();
  }

  /** Like {@link #pass}, but without a tick, as if the ticking thread had not run. */
  void passUnnoticed(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  /** Fails, because a single-threaded test must never wait for itself. */
  @Override
  <T> T await(CompletableFuture<T> result, long nanos)
      throws InterruptedException, ExecutionException, TimeoutException {
    if (!result.isDone()) {
      throw new AssertionError("Joined a load that began before");
    }
    return super.await(result, nanos);
  }
}
