package dev.kvstore.internal.mongo.feed;

import com.mongodb.MongoInterruptedException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/**
 * Streams controlled by a test: each call of {@code open} and {@code next} waits for and takes one
 * step.
 */
public final class ScriptedSource implements StreamSource {
  /** The arguments of a call of {@code open}. */
  record Opening(Start start, Set<String> collections) {}

  final List<Opening> openings = new CopyOnWriteArrayList<>();
  final AtomicInteger openStreams = new AtomicInteger();
  /** The error to throw from the next close. */
  final AtomicReference<@Nullable Error> failsToClose = new AtomicReference<>();

  private final LinkedBlockingDeque<Supplier<Script>> starts = new LinkedBlockingDeque<>();
  private Script last = new Script(0);

  /** The script of one stream. */
  static final class Script {
    private final long startedAt;
    private final LinkedBlockingDeque<Supplier<Batch>> steps = new LinkedBlockingDeque<>();

    private Script(long startedAt) {
      this.startedAt = startedAt;
    }

    Script gives(Batch batch) {
      steps.add(() -> batch);
      return this;
    }

    private void fails(Throwable failure) {
      steps.add(() -> {
        if (failure instanceof Error error) {
          throw error;
        }
        throw (RuntimeException) failure;
      });
    }
  }

  /** Returns the script of the next stream, which starts at this position. */
  Script opensAt(long position) {
    Script script = new Script(position);
    last = script;
    starts.add(() -> script);
    return script;
  }

  void failsToOpen(RuntimeException failure) {
    starts.add(() -> {
      throw failure;
    });
  }

  void gives(Batch batch) {
    last.gives(batch);
  }

  void fails(Throwable failure) {
    last.fails(failure);
  }

  @Override
  public EventStream open(Start start, Set<String> collections) {
    openings.add(new Opening(start, collections));
    Script script = take(starts).get();
    openStreams.incrementAndGet();
    return new EventStream() {
      @Override
      public long startedAt() {
        return script.startedAt;
      }

      @Override
      public Batch next() {
        return take(script.steps).get();
      }

      @Override
      public void close() {
        openStreams.decrementAndGet();
        Error failure = failsToClose.getAndSet(null);
        if (failure != null) {
          throw failure;
        }
      }
    };
  }

  private static <T> T take(LinkedBlockingDeque<T> queue) {
    try {
      return queue.take();
    } catch (InterruptedException e) {
      throw new MongoInterruptedException("interrupted", e);
    }
  }

  static Batch batch(long tokenTime, BsonDocument... events) {
    return new Batch(new ArrayList<>(Arrays.asList(events)), token(tokenTime), false, false);
  }

  static Batch full(long tokenTime, BsonDocument... events) {
    return new Batch(new ArrayList<>(Arrays.asList(events)), token(tokenTime), true, false);
  }

  static Batch ended(long tokenTime, BsonDocument... events) {
    return new Batch(new ArrayList<>(Arrays.asList(events)), token(tokenTime), false, true);
  }

  static BsonDocument token(long time) {
    return BsonDocument.parse("{_data: '82%016X2B0229296E04'}".formatted(time));
  }

  public static BsonDocument set(String store, String key, long version, long time) {
    return event("update", store, time)
        .append("documentKey", BsonDocument.parse("{_id: '" + key + "'}"))
        .append(
            "updateDescription",
            BsonDocument.parse("{updatedFields: {version: NumberLong(%d), etag: ObjectId('%024x')}}"
                .formatted(version, version)));
  }

  static BsonDocument delete(String store, String key, long time) {
    return event("delete", store, time)
        .append("documentKey", BsonDocument.parse("{_id: '" + key + "'}"));
  }

  /** Returns an event at this cluster time, for example {@code drop}. */
  static BsonDocument event(String operation, String store, long time) {
    return BsonDocument.parse(
            "{operationType: '%s', clusterTime: Timestamp(%d, %d), ns: {db: 'rec', coll: '%s'}}"
                .formatted(operation, time >>> 32, time & 0xFFFFFFFFL, store))
        .append("_id", token(time));
  }
}
