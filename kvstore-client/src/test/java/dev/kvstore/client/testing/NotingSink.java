package dev.kvstore.client.testing;

import dev.kvstore.spi.Change;
import dev.kvstore.spi.ChangeSink;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Records its calls. */
public class NotingSink implements ChangeSink {
  private final BlockingQueue<String> calls = new LinkedBlockingQueue<>();

  /** The time up to which everything was last reported as complete. */
  public volatile long asOf;

  @Override
  public void positioned(long position) {
    calls.add("trusts " + position);
  }

  @Override
  public void positionedUnproved(long position) {
    calls.add("positioned " + position);
  }

  @Override
  public void changed(List<Change> changes, long position) {
    calls.add("trusts " + changes + " " + position);
  }

  @Override
  public void catchingUp(List<Change> changes, long position) {
    changes.forEach(change -> calls.add(shown(change)));
    calls.add("upTo " + position);
  }

  private static String shown(Change change) {
    return switch (change.kind()) {
      case SET ->
        change.key() + "=v"
            + (change.version() == Change.UNKNOWN_VERSION ? "?" : change.version())
            + " " + change.etag() + " @" + change.position();
      default -> change.kind() + " " + change.key() + " @" + change.position();
    };
  }

  @Override
  public void current(long position, long newAsOf) {
    asOf = newAsOf;
    calls.add("current " + position);
  }

  @Override
  public void missed() {
    calls.add("missed");
  }

  public String next() throws InterruptedException {
    String next = calls.poll(30, TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("It is told of nothing");
    }
    return next;
  }

  /** Checks that these are the next calls. */
  public void hears(String... expected) throws InterruptedException {
    for (String call : expected) {
      String heard = next();
      if (!heard.equals(call)) {
        throw new AssertionError("Expected '" + call + "' but heard '" + heard + "'");
      }
    }
  }

  public boolean hasHeardNothing() {
    return calls.isEmpty();
  }
}
