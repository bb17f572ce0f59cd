package dev.kvstore.cli.terminal;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Handles Ctrl-C. It ends the process at once, unless a command {@linkplain #hold holds} it; that
 * command is notified and ends gracefully.
 */
public final class Interrupt {
  private final CountDownLatch requested = new CountDownLatch(1);
  private final Semaphore hold = new Semaphore(1);

  /** A part of a command that is not interrupted. */
  public interface Hold extends AutoCloseable {
    @Override
    void close();
  }

  /** Installs the handler of the process's signals. */
  public void install() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::request, "kv-interrupt"));
  }

  /** Ends the wait of the command. */
  public void end() {
    requested.countDown();
  }

  /** Handles Ctrl-C. Returns when no command holds the process any more. */
  public void request() {
    end();
    hold.acquireUninterruptibly();
  }

  /** Waits until Ctrl-C is pressed or the wait is ended. */
  public void await() throws InterruptedException {
    requested.await();
  }

  /** Waits for Ctrl-C, at most this long. Returns true if it was pressed. */
  public boolean await(Duration atMost) throws InterruptedException {
    return requested.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Returns true once Ctrl-C was pressed. */
  public boolean isRequested() {
    return requested.getCount() == 0;
  }

  /** Keeps the process alive until the returned hold is closed. */
  public Hold hold() {
    hold.acquireUninterruptibly();
    return hold::release;
  }
}
