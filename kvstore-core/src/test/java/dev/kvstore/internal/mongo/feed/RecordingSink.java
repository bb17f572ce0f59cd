package dev.kvstore.internal.mongo.feed;

import dev.kvstore.spi.Change;
import dev.kvstore.spi.ChangeSink;
import dev.kvstore.spi.Interest;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/** Records its calls, one line each. */
public class RecordingSink implements ChangeSink {
  public final List<String> calls = new CopyOnWriteArrayList<>();
  volatile Interest interest = Interest.ALL;

  @Override
  public void positioned(long position) {
    calls.add("positioned " + position);
  }

  @Override
  public void changed(List<Change> changes, long position) {
    calls.add("changed " + text(changes) + " " + position);
  }

  @Override
  public void catchingUp(List<Change> changes, long position) {
    calls.add("catching up " + text(changes) + " " + position);
  }

  @Override
  public void missed() {
    calls.add("missed");
  }

  @Override
  public Interest interest() {
    return interest;
  }

  private static String text(List<Change> changes) {
    return changes.stream().map(RecordingSink::text).collect(Collectors.joining(",", "[", "]"));
  }

  private static String text(Change change) {
    String version =
        change.version() == Change.UNKNOWN_VERSION ? "?" : String.valueOf(change.version());
    return switch (change.kind()) {
      case SET -> change.key() + "=v" + version;
      case DELETE -> change.key() + " deleted";
      case EXPIRE -> change.key() + " expired";
    };
  }
}
