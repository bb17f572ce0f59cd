package dev.kvstore.internal.sqlite;

import dev.kvstore.spi.Change;
import dev.kvstore.spi.ChangeSink;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Records its calls. */
class RecordingSink implements ChangeSink {
  /** {@code positioned}, {@code missed} and a line for each change. */
  public final List<String> calls = new CopyOnWriteArrayList<>();

  final List<Change> changes = new CopyOnWriteArrayList<>();
  /** The positions of all calls, including changes. */
  final List<Long> positions = new CopyOnWriteArrayList<>();

  final AtomicInteger answers = new AtomicInteger();

  @Override
  public void positioned(long position) {
    calls.add("positioned");
    positions.add(position);
  }

  @Override
  public void changed(List<Change> told, long position) {
    for (Change change : told) {
      calls.add(text(change));
      changes.add(change);
      positions.add(change.position());
    }
    positions.add(position);
    answers.incrementAndGet();
  }

  @Override
  public void missed() {
    calls.add("missed");
  }

  private static String text(Change change) {
    return switch (change.kind()) {
      case SET -> change.key() + "=v" + change.version();
      case DELETE -> change.key() + " deleted";
      case EXPIRE -> change.key() + " expired";
    };
  }
}
