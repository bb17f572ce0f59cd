package dev.kvstore.cli.terminal;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C. It ends the process at once, except for a command that {@linkplain #hold holds} it: that
 * one is told, and ends in good order.
 */
public final class Interrupt {
  private final CountDownLatch requested = new CountDownLatch(1);
  private final Semaphore hold = new Semaphore(1);

  /** A part of a command that is not cut off. */
  public interface Hold extends AutoCloseable {
    @Override
    void close();
  }

  /** Has this heard of the signals to the process. */
  public void install() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::request, "kv-interrupt"));
  }

  /** Lets the command that waits for it end. */
  public void end() {
    requested.countDown();
  }

  /** Returns when the command that holds the process, if there is one, has let it go. */
  public void request() {
    end();
    hold.acquireUninterruptibly();
  }

  /** Returns when Ctrl-C was pressed, or there is nothing to wait for any more. */
  public void await() throws InterruptedException {
    requested.await();
  }

  /** Waits so long for Ctrl-C. Returns true if it was pressed. */
  public boolean await(Duration atMost) throws InterruptedException {
    return requested.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Returns true once Ctrl-C was pressed. */
  public boolean isRequested() {
    return requested.getCount() == 0;
  }

  /** Keeps the process alive until what is returned is closed. */
  public Hold hold() {
    hold.acquireUninterruptibly();
    return hold::release;
  }
}
