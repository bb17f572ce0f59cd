package dev.kvstore.internal.sqlite;

import dev.kvstore.Durations;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A bounded pool of read connections, opened on demand. Thread-safe. */
final class ReaderPool {
  /** A read of one or more statements. */
  @FunctionalInterface
  interface Query<T> {
    T run(ReadConnection reader) throws SQLException;
  }

  private static final Logger log = LoggerFactory.getLogger(ReaderPool.class);

  private final Connections connections;
  private final SqlErrors errors;
  private final Duration timeout;
  private final int size;
  private final Semaphore free;
  private final Deque<ReadConnection> idle = new ArrayDeque<>();
  private boolean closed; // guarded by idle, like the queue itself

  ReaderPool(Connections connections, SqlErrors errors, SqliteConfig settings) {
    this.connections = connections;
    this.errors = errors;
    this.timeout = settings.timeout();
    this.size = settings.readers();
    this.free = new Semaphore(size, true);
  }

  <T> T read(Query<T> query) {
    acquire();
    try {
      return run(query);
    } finally {
      free.release();
    }
  }

  /**
   * Refuses further reads. Returns true if all running reads finished within this time; only then
   * all connections are closed.
   */
  boolean close(Duration patience) throws InterruptedException {
    synchronized (idle) {
      closed = true;
    }
    if (!free.tryAcquire(size, patience.toNanos(), TimeUnit.NANOSECONDS)) {
      return false;
    }
    free.release(size);
    synchronized (idle) {
      idle.forEach(ReaderPool::close);
      idle.clear();
    }
    return true;
  }

  private void acquire() {
    try {
      if (!free.tryAcquire(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
        throw errors.unavailable("had no free reader within " + Durations.format(timeout), null);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw errors.unavailable("was not read, since the thread has been interrupted", e);
    }
  }

  private <T> T run(Query<T> query) {
    ReadConnection reader = idleReader();
    boolean sound = false;
    try {
      if (reader == null) {
        reader = new ReadConnection(connections.reader());
      }
      T result = query.run(reader);
      sound = true;
      return result;
    } catch (SQLException e) {
      throw errors.of(e);
    } finally {
      if (reader != null) {
        giveBack(reader, sound);
      }
    }
  }

  private @Nullable ReadConnection idleReader() {
    synchronized (idle) {
      if (closed) {
        throw errors.closed();
      }
      return idle.pollFirst();
    }
  }

  /** Returns the connection to the pool, or closes it after a failure. */
  private void giveBack(ReadConnection reader, boolean sound) {
    if (!sound) {
      close(reader);
      return;
    }
    synchronized (idle) {
      idle.addFirst(reader);
    }
  }

  private static void close(ReadConnection reader) {
    try {
      reader.close();
    } catch (SQLException e) {
      log.warn("A connection for reading could not be closed", e);
    }
  }
}
