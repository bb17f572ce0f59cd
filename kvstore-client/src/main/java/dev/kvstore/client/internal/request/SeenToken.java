package dev.kvstore.client.internal.request;

import dev.kvstore.InvalidInputException;
import dev.kvstore.SyncToken;
import java.net.http.HttpResponse;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The latest sync token received from any node of the service. Every request sends it, so that no
 * node returns anything older. Thread-safe.
 */
public final class SeenToken {
  public static final String HEADER = "Sync-Token";

  /**
   * A response with this status may echo a token that it refuses, for example that of another
   * database.
   */
  private static final int BAD_REQUEST = 400;

  private final AtomicLong position = new AtomicLong();

  public SyncToken get() {
    return new SyncToken(position.get());
  }

  public void raise(SyncToken seen) {
    // Most responses have no newer token, and this check avoids contention.
    if (seen.position() > position.get()) {
      position.accumulateAndGet(seen.position(), Math::max);
    }
  }

  public void raise(HttpResponse<?> answer) {
    if (answer.statusCode() != BAD_REQUEST) {
      answer.headers().firstValue(HEADER).ifPresent(this::raise);
    }
  }

  private void raise(String header) {
    try {
      raise(SyncToken.parse(header.strip()));
    } catch (InvalidInputException e) {
      // Not from a kvstore service; other code handles the rest of the response.
    }
  }
}
