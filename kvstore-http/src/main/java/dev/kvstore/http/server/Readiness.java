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
 * Whether the database serves. It is asked by one thread at a time, never a caller's, and its
 * answer is kept for a second: the check is open to all. Thread-safe.
 */
final class Readiness {
  private static final Duration KEPT = Duration.ofSeconds(1);

  private final EntryDatabase database;
  private final LongSupplier nanos;
  private final AtomicReference<Look> last = new AtomicReference<>();

  Readiness(EntryDatabase database) {
    this(database, System::nanoTime);
  }

  /** @param nanos as {@link System#nanoTime} */
  Readiness(EntryDatabase database, LongSupplier nanos) {
    this.database = database;
    this.nanos = nanos;
  }

  /** One time that the database is asked; its result is how long that took. */
  private record Look(long began, CompletableFuture<Duration> took) {}

  /**
   * Returns how long the database took to answer.
   *
   * @throws KVException if it does not serve, or has not answered for a second
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

  /** A database that hangs keeps its thread, and not a worker, until its own time limit. */
  private void start(Look look) {
    Thread thread = new Thread(() -> ask(look), "kvstore-readiness");
    thread.setDaemon(true);
    try {
      thread.start();
    } catch (Error e) { // no more threads
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
