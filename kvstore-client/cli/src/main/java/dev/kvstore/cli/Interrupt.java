package dev.kvstore.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;

/**
 * Ctrl-C. It ends the process at once, except for a command that {@linkplain #hold holds} it: that
 * one is told, and ends in good order.
 */
final class Interrupt {
  private final CountDownLatch requested = new CountDownLatch(1);
  private final Semaphore hold = new Semaphore(1);

  /** A part of a command that is not cut off. */
  interface Hold extends AutoCloseable {
    @Override
    void close();
  }

  /** Has this heard of the signals to the process. */
  void install() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::request, "kv-interrupt"));
  }

  /** Lets the command that waits for it end. */
  void end() {
    requested.countDown();
  }

  /** Returns when the command that holds the process, if there is one, has let it go. */
  void request() {
    end();
    hold.acquireUninterruptibly();
  }

  /** Returns when Ctrl-C was pressed, or there is nothing to wait for any more. */
  void await() throws InterruptedException {
    requested.await();
  }

  /** Keeps the process alive until what is returned is closed. */
  Hold hold() {
    hold.acquireUninterruptibly();
    return hold::release;
  }
}
