package dev.kvstore.internal.watch;

import dev.kvstore.ErrorCode;
import dev.kvstore.KVEntry;
import dev.kvstore.KVException;
import dev.kvstore.KVItemChange;
import dev.kvstore.KVSubscription;
import dev.kvstore.KVType;
import dev.kvstore.KVWatcher;
import dev.kvstore.ReadOptions;
import dev.kvstore.SyncToken;
import dev.kvstore.TypeMismatchException;
import dev.kvstore.WatchOptions;
import dev.kvstore.internal.support.Closing;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.Interest;
import dev.kvstore.spi.RawValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The watches of a store. A slow or failing watch does not affect the others. Each has a daemon
 * thread while there is something to report. Idle threads end after 10 seconds. Thread-safe.
 */
public final class WatchHub implements AutoCloseable {
  final EntryStore entries;
  final Executor executor;
  final Later later;
  final Rereads rereads;
  private final Runnable stop;
  private final Set<Watch> watches = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /** Decodes the value of an entry as a type, or throws a {@link TypeMismatchException}. */
  @FunctionalInterface
  public interface Decoder {
    <T> KVEntry<T> decode(KVEntry<RawValue> entry, KVType<T> type);
  }

  @FunctionalInterface
  interface Later {
    void run(Runnable work, Duration after);
  }

  /** Returns a hub for the watches of these entries, which it does not close. */
  public static WatchHub of(EntryStore entries) {
    return of(entries, Rereads.PATIENCE);
  }

  /** @param patience how long a watch that rereads after a gap may delay the others */
  static WatchHub of(EntryStore entries, Duration patience) {
    ExecutorService threads = threads(entries.name());
    Later later = (work, after) -> CompletableFuture.delayedExecutor(
            after.toNanos(), TimeUnit.NANOSECONDS, threads)
        .execute(work);
    return new WatchHub(entries, threads, later, threads::shutdown, patience);
  }

  WatchHub(EntryStore entries, Executor executor, Later later, Runnable stop) {
    this(entries, executor, later, stop, Rereads.PATIENCE);
  }

  private WatchHub(
      EntryStore entries, Executor executor, Later later, Runnable stop, Duration patience) {
    this.entries = entries;
    this.executor = executor;
    this.later = later;
    this.rereads = new Rereads(this, patience);
    this.stop = stop;
  }

  /** Reports every change of interest to the watcher, decoding values. Does not block. */
  public KVSubscription watch(
      Interest interest, KVWatcher watcher, WatchOptions options, Decoder decoder) {
    return start(
        new QueuedWatch(
            this,
            interest,
            Objects.requireNonNull(watcher, "watcher"),
            Objects.requireNonNull(options, "options"),
            decoder),
        options.from().orElse(null));
  }

  /**
   * Reports changes of the entry that the reader returns. Reads once before it returns, so that no
   * later change is missed.
   *
   * @param fallback the value if there is no entry
   */
  public <T> KVSubscription onChange(
      String key,
      Function<ReadOptions, Optional<KVEntry<T>>> reader,
      @Nullable T fallback,
      Consumer<? super KVItemChange<T>> listener) {
    return start(
        new ItemWatch<>(this, key, reader, fallback, Objects.requireNonNull(listener, "listener")),
        null);
  }

  /**
   * Calls {@code refresh} when a key of interest may have changed since the caller read it, one
   * call at a time; every 5 seconds if the store has no change feed.
   *
   * @param subject describes what is read in log messages: {@code the settings 'http'}
   * @param refresh reads at least as fresh as the options require, and returns the time after which
   *     to read again even without a change, or null for never. If it throws, it is called again
   *     after a second
   * @param whenClosed called when the watch or the hub is closed, possibly several times
   */
  public KVSubscription follow(
      String subject,
      Interest interest,
      Function<ReadOptions, @Nullable Duration> refresh,
      Runnable whenClosed) {
    return start(new FollowingWatch(this, subject, interest, refresh, whenClosed), null);
  }

  /** Returns a runner of this work on the threads of the hub. The caller must close it. */
  public SerialRunner runner(Runnable work) {
    return new SerialRunner(this, work);
  }

  /** Returns the existing entries of these keys, with all changes up to this position. */
  Map<String, KVEntry<RawValue>> find(Set<String> keys, SyncToken position) {
    Map<String, KVEntry<RawValue>> found = new HashMap<>();
    entries.find(keys, demand(position)).forEach(entry -> found.put(entry.key(), entry));
    return found;
  }

  /** Returns options for a read that includes all changes up to this position. */
  static ReadOptions demand(SyncToken position) {
    // Without positions it is unknown if a cache has received the changes already, so bypass it.
    return position.equals(SyncToken.START)
        ? ReadOptions.DEFAULT.bypassingCache()
        : ReadOptions.atLeast(position);
  }

  void forget(Watch watch) {
    watches.remove(watch);
  }

  private KVSubscription start(Watch watch, @Nullable SyncToken from) {
    watches.add(watch);
    if (closed) {
      watch.close();
      throw new KVException(
          ErrorCode.CLOSED, "The store '" + entries.name() + "' was closed, open it again");
    }
    try {
      hear(watch, from);
    } catch (RuntimeException | Error e) {
      watch.close();
      throw e;
    }
    return watch;
  }

  private void hear(Watch watch, @Nullable SyncToken from) {
    try {
      watch.hears(entries.subscribe(watch, from));
    } catch (UnsupportedOperationException e) {
      watch.cannotHear(e);
    }
  }

  /** Closes every watch, see {@link KVSubscription#close()}. Idempotent. */
  @Override
  public void close() {
    closed = true;
    rereads.close();
    List<Runnable> closers = new ArrayList<>();
    List.copyOf(watches).forEach(watch -> closers.add(watch::close));
    closers.add(stop);
    Closing.all(closers);
  }

  private static ExecutorService threads(String store) {
    AtomicInteger count = new AtomicInteger();
    return new ThreadPoolExecutor(
        0, Integer.MAX_VALUE, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), work -> {
          Thread thread =
              new Thread(work, "kvstore-watch-" + store + "-" + count.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        });
  }
}
