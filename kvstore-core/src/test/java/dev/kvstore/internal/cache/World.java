package dev.kvstore.internal.cache;

import dev.kvstore.KVItem;
import dev.kvstore.NearCacheSettings;
import dev.kvstore.ReadOptions;
import dev.kvstore.WriteOptions;
import dev.kvstore.internal.mapping.BsonCodec;
import dev.kvstore.internal.typed.TypedKVStore;
import dev.kvstore.spi.Change;
import dev.kvstore.spi.Write;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.IntSupplier;

/**
 * A database and nodes with a cache each. It records all events and checks each read: a process
 * reads its own writes (promise 2), reads of a key are monotonic (3), and none exceeds the
 * staleness bound (5); in the end all caches agree with the database (6).
 */
final class World {
  static final String ITEM = "k";

  private static final BsonCodec CODEC = BsonCodec.create();

  static final long BOUND = NearCacheSettings.DEFAULT.stalenessBound().toNanos();

  /** A state of a key in the database; 0 means absent. */
  private record State(int value, long nanos) {}

  final Scheduler scheduler = new Scheduler();
  final FakeDatabase database = new FakeDatabase();
  private final Map<String, List<State>> history = new HashMap<>();
  private final ThreadLocal<Integer> lastChange = new ThreadLocal<>();
  private final List<Node> nodes = new ArrayList<>();
  private final boolean inSmallSteps;
  private int lastValue;

  private final ManualClock clock = new ManualClock() {
    @Override
    <T> T await(CompletableFuture<T> result, long nanos)
        throws InterruptedException, ExecutionException, TimeoutException {
      scheduler.awaitDone(result);
      return result.get();
    }
  };

  /** @param inSmallSteps true for a step at each action of a cache */
  World(boolean inSmallSteps) {
    this.inSmallSteps = inSmallSteps;
    database.observe((key, value) -> {
      List<State> states = statesOf(key);
      states.add(new State(value.map(v -> v.document().getInt(11)).orElse(0), clock.nanos()));
      lastChange.set(states.size() - 1);
    });
  }

  Node node() {
    return node(inSmallSteps ? new PartsInSmallSteps(this) : new Rig.Parts());
  }

  Node node(Rig.Parts parts) {
    Node node = new Node(parts);
    nodes.add(node);
    return node;
  }

  /** Writes without a cache. */
  void write(String key) {
    scheduler.begin();
    database.set(key, ++lastValue);
  }

  void delete(String key) {
    scheduler.begin();
    database.delete(key);
  }

  void pass(Duration time) {
    scheduler.begin();
    clock.pass(time);
  }

  /** Checks that every cache agrees with the database after all activity has ended. */
  void checkConvergence() {
    for (Node node : nodes) {
      node.catchUp();
      for (String key : history.keySet()) {
        int stored = Rig.number(database.get(key));
        int read = Rig.number(node.rig.raw.read(key, ReadOptions.DEFAULT));
        if (read != stored) {
          throw new AssertionError("Promise 6: " + read + " stays, the database has " + stored);
        }
      }
    }
  }

  private List<State> statesOf(String key) {
    return history.computeIfAbsent(key, none -> new ArrayList<>(List.of(new State(0, 0))));
  }

  /** Returns the index of the key's state at this time. */
  private int stateAt(String key, long nanos) {
    List<State> states = statesOf(key);
    int last = states.size() - 1;
    while (last > 0 && states.get(last).nanos() > nanos) {
      last--;
    }
    return last;
  }

  /** A process with a cache, and the states of each key that it has seen. */
  final class Node {
    final Rig rig;
    private final KVItem<Integer> item;
    private final Map<String, Integer> seen = new HashMap<>();
    private int delivered;
    private boolean lost = true;

    Node(Rig.Parts parts) {
      rig = new Rig(database, parts, NearCacheSettings.DEFAULT, clock);
      rig.store.hook = at -> {
        if (inSmallSteps || at != FakeStore.At.BEFORE_READ) {
          scheduler.step();
        }
      };
      item = TypedKVStore.over(rig.cache, CODEC).item(ITEM, Integer.class).withDefault(0);
    }

    /** Reads the key {@link #ITEM} through an item, which remembers its value. */
    void readItem() {
      read(ITEM, () -> Objects.requireNonNull(item.get()));
    }

    void read(String key) {
      read(key, ReadOptions.DEFAULT);
    }

    void readBypassing(String key) {
      read(key, ReadOptions.DEFAULT.bypassingCache());
    }

    private void read(String key, ReadOptions options) {
      read(key, () -> Rig.number(rig.raw.read(key, options)));
    }

    private void read(String key, IntSupplier reader) {
      scheduler.begin();
      int seenBefore = seen.getOrDefault(key, 0);
      int bound = stateAt(key, clock.nanos() - BOUND);
      int value = reader.getAsInt();
      boolean isOld = latest(key, value) < seenBefore;
      if (isOld || latest(key, value) < bound) {
        throw new AssertionError((isOld ? "Promise 2 or 3: " : "Promise 5: ") + value + " read of "
            + statesOf(key) + " after " + seenBefore + ", bound " + bound);
      }
      saw(key, earliest(key, value, seenBefore));
    }

    void write(String key) {
      scheduler.begin();
      int value = ++lastValue;
      rig.raw.write(new Write(key, FakeDatabase.value(value), WriteOptions.DEFAULT));
      saw(key, lastChange.get());
    }

    void delete(String key) {
      scheduler.begin();
      if (rig.raw.delete(key, WriteOptions.DEFAULT)) {
        saw(key, lastChange.get());
      }
    }

    void clear() {
      scheduler.begin();
      rig.cache.invalidateAll();
    }

    /** Opens the feed, or loses and reopens it. */
    void position() {
      scheduler.begin();
      if (!lost) {
        rig.sink().missed();
        scheduler.step();
      }
      lost = false;
      delivered = database.changes();
      rig.sink().positioned(database.position());
    }

    /** Polls the database for changes and delivers them some time later. */
    void poll() {
      scheduler.begin();
      int known = database.changes();
      long position = database.position();
      scheduler.step();
      List<Change> changes = database.changesFrom(delivered).subList(0, known - delivered);
      delivered = known;
      rig.sink().changed(changes, position);
    }

    /** Revives the feed before it has delivered anything. */
    void catchingUp() {
      rig.sink().catchingUp(List.of(), 0);
    }

    void catchUp() {
      if (lost) {
        position();
      }
      poll();
      database.advance();
      poll();
    }

    private void saw(String key, int state) {
      seen.merge(key, state, Math::max);
    }

    private int latest(String key, int value) {
      List<State> states = statesOf(key);
      for (int i = states.size() - 1; i >= 0; i--) {
        if (states.get(i).value() == value) {
          return i;
        }
      }
      throw new AssertionError(value + " was never written to " + key);
    }

    /**
     * Returns the earliest possible state. A key can be absent several times, so only a lower bound
     * is certain.
     */
    private int earliest(String key, int value, int from) {
      List<State> states = statesOf(key);
      for (int i = from; i < states.size(); i++) {
        if (states.get(i).value() == value) {
          return i;
        }
      }
      throw new AssertionError();
    }
  }

  /** The real parts, with a step before each action. */
  static class PartsInSmallSteps extends Rig.Parts {
    private final Scheduler scheduler;

    PartsInSmallSteps(World world) {
      this.scheduler = world.scheduler;
    }

    @Override
    Slots slots(NearCacheSettings settings) {
      return new SteppingSlots(settings.maximumBytes(), scheduler);
    }

    @Override
    CoherenceLease freshness(NearCacheSettings settings, CacheClock clock) {
      return new CoherenceLease(settings, clock) {
        @Override
        boolean isServing() {
          scheduler.step();
          boolean serving = super.isServing();
          scheduler.step();
          return serving;
        }

        @Override
        long pulse() {
          scheduler.step();
          long pulse = super.pulse();
          scheduler.step();
          return pulse;
        }

        @Override
        boolean mayKeep() {
          scheduler.step();
          return super.mayKeep();
        }
      };
    }

    @Override
    InvalidationSink feed(Slots slots, CoherenceLease freshness, Counters counters) {
      return new InvalidationSink(slots, freshness, counters) {
        @Override
        public void changed(List<Change> changes, long position) {
          changes.forEach(change -> apply(List.of(change)));
          scheduler.step();
          super.changed(List.of(), position);
        }
      };
    }
  }
}
