package dev.kvstore.http.server;

import dev.kvstore.KVException;
import dev.kvstore.UnavailableException;
import dev.kvstore.spi.EntryDatabase;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Checks that the database is available. It is queried by one thread at a time, never that of a
 * caller, and the result is cached for a second, because the check is open to everyone.
 * Thread-safe.
 */
final class Readiness {
  private static final Duration KEPT = Duration.ofSeconds(1);

  private final EntryDatabase database;
  private final LongSupplier nanos;
  private final AtomicReference<Look> last = new AtomicReference<>();

  Readiness(EntryDatabase database) {
    this(database, System::nanoTime);
  }

  /** @param nanos the clock, like {@link System#nanoTime} */
  Readiness(EntryDatabase database, LongSupplier nanos) {
    this.database = database;
    this.nanos = nanos;
  }

  /** A check of the database; its result is the duration. */
  private record Look(long began, CompletableFuture<Duration> took) {}

  /**
   * Returns how long the database took to answer.
   *
   * @throws KVException if it is unavailable, or has not answered for a second
   */
  Duration check() {
    long now = nanos.getAsLong();
    Look look = last.get();
    while (look == null || (look.took.isDone() && now - look.began >= KEPT.toNanos())) {
      Look mine = new Look(now, new CompletableFuture<>());
      if (last.compareAndSet(look, mine)) {
        start(mine);
        return await(mine);
      }
      look = last.get();
    }
    return await(look);
  }

  /** Starts a check on its own thread, so that a hanging database does not block a worker. */
  private void start(Look look) {
    Thread thread = new Thread(() -> ask(look), "kvstore-readiness");
    thread.setDaemon(true);
    try {
      thread.start();
    } catch (Error e) { // no thread could be started
      look.took.completeExceptionally(e);
    }
  }

  private void ask(Look look) {
    try {
      database.ping();
      look.took.complete(Duration.ofNanos(nanos.getAsLong() - look.began));
    } catch (RuntimeException | Error e) {
      look.took.completeExceptionally(e);
    }
  }

  private Duration await(Look look) {
    long left = KEPT.toNanos() - (nanos.getAsLong() - look.began);
    try {
      return look.took.get(Math.max(0, left), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw failure(e.getCause());
    } catch (TimeoutException e) {
      throw new UnavailableException("The database has not answered for a second", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UnavailableException("The wait for the database was interrupted", e);
    }
  }

  private static RuntimeException failure(@Nullable Throwable cause) {
    if (cause instanceof Error error) {
      throw error;
    }
    return cause instanceof RuntimeException failure ? failure : new IllegalStateException(cause);
  }
}
