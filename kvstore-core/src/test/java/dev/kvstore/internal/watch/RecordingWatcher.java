package dev.kvstore.internal.watch;

import dev.kvstore.KVChange;
import dev.kvstore.KVWatcher;
import dev.kvstore.SyncToken;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;

/** Records its calls, and blocks in each call until the test lets it proceed. */
class RecordingWatcher implements KVWatcher {
  final List<String> calls = new CopyOnWriteArrayList<>();
  final Semaphore entered = new Semaphore(0);
  private final Semaphore gate;

  RecordingWatcher() {
    this(Integer.MAX_VALUE);
  }

  /** Creates a watcher that returns from this many calls. */
  RecordingWatcher(int calls) {
    gate = new Semaphore(calls);
  }

  /** Lets it return from this many more calls. */
  void proceed(int times) {
    gate.release(times);
  }

  @Override
  public void changed(KVChange change) {
    called(change.key()
        + switch (change.kind()) {
          case SET -> "=v" + change.version();
          case DELETE -> " deleted";
          case EXPIRE -> " expired";
        });
  }

  @Override
  public void ready(SyncToken position) {
    called("ready " + position.position());
  }

  @Override
  public void reset() {
    called("reset");
  }

  private void called(String call) {
    calls.add(call);
    entered.release();
    gate.acquireUninterruptibly();
  }
}
