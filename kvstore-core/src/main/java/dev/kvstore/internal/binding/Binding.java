package dev.kvstore.internal.binding;

import dev.kvstore.BindOptions;
import dev.kvstore.BindingFailedException;
import dev.kvstore.ErrorCode;
import dev.kvstore.KVBinding;
import dev.kvstore.KVBindingListener;
import dev.kvstore.KVEntry;
import dev.kvstore.KVException;
import dev.kvstore.KVProblem;
import dev.kvstore.KVSubscription;
import dev.kvstore.ReadOptions;
import dev.kvstore.internal.mapping.BsonCodec;
import dev.kvstore.internal.watch.SerialRunner;
import dev.kvstore.internal.watch.WatchHub;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.RawValue;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A binding that follows the stored entries. Thread-safe. */
public final class Binding<T> implements KVBinding<T> {
  private static final Logger log = LoggerFactory.getLogger(Binding.class);

  /** The minimum wait for an expiry; an entry may outlive it by the difference of two clocks. */
  private static final Duration SHORTEST_WAIT = Duration.ofMillis(100);

  private final Settings<T> settings;
  private final PrefixReader reader;
  private final WatchHub watches;
  private final InstantSource clock;
  private final Set<Listening> listeners = ConcurrentHashMap.newKeySet();
  private final KVSubscription watch;
  private volatile State<T> state;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** The current settings, and the last read entries with their problems and unread keys. */
  private record State<T>(
      T current,
      Map<String, KVEntry<RawValue>> entries,
      List<KVProblem> problems,
      List<String> unread) {}

  Binding(Settings<T> settings, PrefixReader reader, WatchHub watches, InstantSource clock) {
    this.settings = settings;
    this.reader = reader;
    this.watches = watches;
    this.clock = clock;
    Map<String, KVEntry<RawValue>> entries = reader.read(ReadOptions.DEFAULT);
    Settings.Outcome<T> first = settings.make(entries);
    if (first.object() == null) {
      throw failure(first.problems());
    }
    this.state = new State<>(first.object(), entries, List.of(), first.unread());
    this.watch = watches.follow(
        "the settings '" + settings.prefix().given() + "'",
        settings.prefix().interest(),
        this::refresh,
        this::closeListeners);
  }

  /** Creates a binding, like {@link dev.kvstore.KVStore#bind(String, Class, BindOptions)}. */
  public static <T> KVBinding<T> of(
      String prefix,
      Class<T> type,
      BindOptions<T> options,
      EntryStore entries,
      BsonCodec codec,
      WatchHub watches) {
    Settings<T> settings = new Settings<>(Prefix.of(prefix), type, options, codec);
    PrefixReader reader = new PrefixReader(entries, settings.prefix());
    return new Binding<>(settings, reader, watches, InstantSource.system());
  }

  @Override
  public T current() {
    return state.current();
  }

  @Override
  public List<KVProblem> problems() {
    return state.problems();
  }

  @Override
  public List<String> unreadKeys() {
    return state.unread();
  }

  @Override
  public KVSubscription onChange(KVBindingListener<? super T> listener) {
    Listening listening = new Listening(Objects.requireNonNull(listener, "listener"));
    listeners.add(listening);
    if (closed.get()) {
      listening.close();
      throw new KVException(ErrorCode.CLOSED, "The binding of '" + prefix() + "' has been closed");
    }
    listening.runner.wake(); // report changes made since the state was read above
    return listening;
  }

  @Override
  public void close() {
    watch.close();
  }

  private String prefix() {
    return settings.prefix().given();
  }

  private BindingFailedException failure(List<KVProblem> problems) {
    return new BindingFailedException(prefix(), settings.type(), problems);
  }

  private @Nullable Duration refresh(ReadOptions options) {
    Map<String, KVEntry<RawValue>> entries = reader.read(options);
    State<T> before = state;
    if (!entries.equals(before.entries())) {
      become(before, next(before, entries));
    }
    return untilExpiry(entries);
  }

  private State<T> next(State<T> before, Map<String, KVEntry<RawValue>> entries) {
    Settings.Outcome<T> outcome = settings.make(entries);
    T made = outcome.object();
    T current = made == null || made.equals(before.current()) ? before.current() : made;
    return new State<>(current, entries, outcome.problems(), outcome.unread());
  }

  private void become(State<T> before, State<T> next) {
    state = next;
    if (!next.problems().equals(before.problems())) {
      if (next.problems().isEmpty()) {
        log.info("The settings '{}' are valid again", prefix());
      } else {
        log.warn(
            "A change of settings is left alone: {}", failure(next.problems()).getMessage());
      }
    }
    listeners.forEach(listening -> listening.runner.wake());
  }

  private @Nullable Duration untilExpiry(Map<String, KVEntry<RawValue>> entries) {
    return entries.values().stream()
        .flatMap(entry -> entry.expiresAt().stream())
        .min(Instant::compareTo)
        .map(expiry -> Duration.between(clock.instant(), expiry))
        .map(wait -> wait.compareTo(SHORTEST_WAIT) < 0 ? SHORTEST_WAIT : wait)
        .orElse(null);
  }

  private void closeListeners() {
    // Only once, or two listeners that close the binding at the same time would deadlock.
    if (!closed.getAndSet(true)) {
      List.copyOf(listeners).forEach(Listening::close);
    }
  }

  /** Reports the state to one listener if it differs from the last reported one. */
  private final class Listening implements KVSubscription {
    private final KVBindingListener<? super T> listener;
    private final SerialRunner runner;

    // Confined to the runner.
    private T told;
    private List<KVProblem> toldProblems;

    Listening(KVBindingListener<? super T> listener) {
      this.listener = listener;
      this.runner = watches.runner(this::tell);
      State<T> now = state;
      this.told = now.current();
      this.toldProblems = now.problems();
    }

    @Override
    public void close() {
      runner.close();
      listeners.remove(this);
    }

    private void tell() {
      String name = "A listener to the settings '" + prefix() + "'";
      State<T> now = state;
      T previous = told;
      told = now.current();
      if (told != previous) {
        runner.call(name, () -> listener.changed(previous, now.current()));
      }
      boolean otherProblems = !now.problems().equals(toldProblems);
      toldProblems = now.problems();
      if (otherProblems && !toldProblems.isEmpty()) {
        runner.call(name, () -> listener.invalid(failure(now.problems())));
      }
    }
  }
}
