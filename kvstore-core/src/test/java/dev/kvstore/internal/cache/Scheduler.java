package dev.kvstore.internal.cache;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/** Runs actors on separate threads, one at a time, step by step in a chosen order. */
final class Scheduler {
  private static final ThreadLocal<Actor> CURRENT = new ThreadLocal<>();

  private final List<Actor> actors = new ArrayList<>();
  private final Semaphore back = new Semaphore(0);

  private static final class Actor {
    final Runnable script;
    final Semaphore go = new Semaphore(0);
    boolean begun;
    volatile boolean done;
    volatile @Nullable CompletableFuture<?> waitsFor;
    volatile @Nullable Throwable failure;

    Actor(Runnable script) {
      this.script = script;
    }

    boolean canGo() {
      CompletableFuture<?> awaited = waitsFor;
      return !done && (awaited == null || awaited.isDone());
    }
  }

  void add(Runnable script) {
    actors.add(new Actor(script));
  }

  /**
   * Yields to other actors before a new action; not before the first one, where the order is
   * already chosen.
   */
  void begin() {
    Actor self = CURRENT.get();
    if (self != null && self.begun) {
      step();
    } else if (self != null) {
      self.begun = true;
    }
  }

  /** Yields to other actors if called by an actor. */
  void step() {
    Actor self = CURRENT.get();
    if (self != null) {
      back.release();
      self.go.acquireUninterruptibly();
    }
  }

  void awaitDone(CompletableFuture<?> result) {
    Actor self = CURRENT.get();
    if (self != null && !result.isDone()) {
      self.waitsFor = result;
      step();
      self.waitsFor = null;
    }
  }

  /** @param choice receives the number of runnable actors and returns the one to run */
  void run(ExecutorService threads, IntUnaryOperator choice) {
    for (Actor actor : actors) {
      threads.execute(() -> play(actor));
    }
    while (true) {
      List<Actor> ready = actors.stream().filter(Actor::canGo).toList();
      if (ready.isEmpty()) {
        break;
      }
      ready.get(ready.size() == 1 ? 0 : choice.applyAsInt(ready.size())).go.release();
      back.acquireUninterruptibly();
    }
    for (Actor actor : actors) {
      if (!actor.done) {
        throw new AssertionError("Deadlock: somebody waits for a load that nobody ends");
      }
      if (actor.failure != null) {
        throw new AssertionError(actor.failure.getMessage(), actor.failure);
      }
    }
  }

  private void play(Actor actor) {
    actor.go.acquireUninterruptibly();
    CURRENT.set(actor);
    try {
      actor.script.run();
    } catch (Throwable e) { // end the run and report any failure
      actor.failure = e;
    } finally {
      CURRENT.remove();
      actor.done = true;
      back.release();
    }
  }
}
