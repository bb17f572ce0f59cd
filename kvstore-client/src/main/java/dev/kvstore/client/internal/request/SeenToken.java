package dev.kvstore.client.internal.request;

import dev.kvstore.InvalidInputException;
import dev.kvstore.SyncToken;
import java.net.http.HttpResponse;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The latest point in the database's history that was seen at the service, whichever node told of
 * it. Every request sends it, so that no node answers with anything older. Thread-safe.
 */
public final class SeenToken {
  public static final String HEADER = "Sync-Token";

  /** Such an answer may repeat the very token that it refuses, as that of another database. */
  private static final int BAD_REQUEST = 400;

  private final AtomicLong position = new AtomicLong();

  public SyncToken get() {
    return new SyncToken(position.get());
  }

  public void raise(SyncToken seen) {
    // Most answers tell nothing new, and the threads that read need not fight over that.
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
      // No service wrote this; what else the answer says is looked at by others.
    }
  }
}
