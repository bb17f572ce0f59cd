package dev.kvstore.http.auth;

import dev.kvstore.InvalidInputException;
import dev.kvstore.UnavailableException;
import dev.kvstore.http.auth.TokenStorage.ChangeSignal;
import dev.kvstore.http.logging.AuditEvent;
import dev.kvstore.internal.support.ServiceThread;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tokens as they are now, give or take {@link #PERIOD} and the time that reading them takes.
 * Where the storage signals changes, they are read then, and otherwise every {@link #CALM_PERIOD}
 * only. Thread-safe.
 *
 * <p>While they cannot be read, those known stay valid for {@link #KEPT}, which outlives a
 * fail-over of MongoDB; after that nobody is let in until they can: somebody may have revoked one
 * meanwhile. Once tokens are asked for, they are until the process ends, even if all that is stored
 * of them disappears: an accident must not open the service.
 */
public final class TokenWatch implements Supplier<Tokens>, AutoCloseable {
  static final Duration PERIOD = Duration.ofMillis(250);
  static final Duration CALM_PERIOD = Duration.ofSeconds(5);
  static final Duration KEPT = Duration.ofSeconds(15);

  private static final Logger LOG = LoggerFactory.getLogger(TokenWatch.class);

  private final TokenStorage storage;
  private final LongSupplier nanoTime;
  private final ServiceThread thread = new ServiceThread("kvstore-tokens", "reading the tokens") {
    @Override
    protected void step() {
      if (!due.get()) {
        pause(PERIOD);
      }
      tick();
    }
  };

  private volatile @Nullable Reading last;
  private volatile @Nullable ChangeSignal signal;
  private final AtomicBoolean due = new AtomicBoolean();
  private boolean failing; // used by one thread at a time

  /** Held while the storage is told what this service goes by, or that it ends. */
  private final Object telling = new Object();

  private boolean closed; // guarded by telling

  /** @param at from before they were asked for, as they may have changed right after */
  private record Reading(Tokens tokens, long at) {}

  TokenWatch(TokenStorage storage, LongSupplier nanoTime) {
    this.storage = storage;
    this.nanoTime = nanoTime;
  }

  /**
   * Returns when the tokens were read once, or could not be reached: then {@link #get} throws until
   * they can.
   *
   * @throws InvalidInputException if they are there, but not usable
   */
  public static TokenWatch start(TokenStorage storage) {
    TokenWatch watch = new TokenWatch(storage, System::nanoTime);
    boolean started = false;
    try {
      watch.begin();
      started = true;
      return watch;
    } finally {
      if (!started) {
        watch.close();
      }
    }
  }

  private void begin() {
    try {
      read();
    } catch (InvalidInputException e) {
      throw e;
    } catch (RuntimeException e) {
      failed(e);
    }
    signal = storage.onChange(this::changed);
    thread.start();
  }

  /**
   * Does not block.
   *
   * @throws UnavailableException if they could not be read for too long
   */
  @Override
  public Tokens get() {
    Reading reading = last;
    if (reading == null || nanoTime.getAsLong() - reading.at() > KEPT.toNanos()) {
      throw new UnavailableException(
          "Who may do what cannot be told now, as the tokens cannot be read", null);
    }
    return reading.tokens();
  }

  /** Does not block. */
  private void changed() {
    due.set(true);
    thread.wake();
  }

  private void tick() {
    ChangeSignal changes = signal;
    Reading reading = last;
    boolean calm = !due.get()
        && changes != null
        && changes.isLive()
        && !failing
        && reading != null
        && nanoTime.getAsLong() - reading.at() < CALM_PERIOD.toNanos();
    if (!calm) {
      refresh();
    }
  }

  void refresh() {
    due.set(false);
    try {
      read();
    } catch (RuntimeException | Error e) {
      failed(e);
    }
  }

  private void read() {
    long start = nanoTime.getAsLong();
    Tokens found = storage.load();
    Reading before = last;
    boolean wasConfigured = before != null && before.tokens().configured();
    if (found.configured() && before != null && !wasConfigured) {
      LOG.info("There are tokens now: every request needs one");
    }
    if (wasConfigured && !found.configured()) {
      found = Tokens.of(List.of());
    }
    last = new Reading(found, start);
    audit(before == null ? null : before.tokens(), found);
    if (failing) {
      failing = false;
      LOG.info("The tokens can be read again");
    }
    synchronized (telling) {
      if (!closed) {
        storage.acknowledge(found);
      }
    }
  }

  /** Writes what has changed to the audit log; at first, which tokens there are. */
  private static void audit(@Nullable Tokens before, Tokens now) {
    Set<String> kept = new HashSet<>();
    for (Token token : now.list()) {
      Token known = before == null ? null : before.withHash(token.hash());
      if (before == null) {
        AuditEvent.ofToken("token-loaded", token.name()).log();
      } else if (known == null) {
        AuditEvent.ofToken("token-created", token.name()).log();
      } else if (!known.equals(token)) {
        AuditEvent.ofToken("token-changed", token.name()).log();
      }
      kept.add(token.hash());
    }
    if (before != null) {
      before.list().stream()
          .filter(token -> !kept.contains(token.hash()))
          .forEach(token -> AuditEvent.ofToken("token-revoked", token.name()).log());
    }
  }

  private void failed(Throwable failure) {
    if (!failing) {
      failing = true;
      LOG.warn(
          "The tokens cannot be read: {}. Those known stay valid for {} seconds",
          failure.getMessage(),
          KEPT.toSeconds());
      LOG.debug("Why the tokens cannot be read", failure);
    }
  }

  /** Returns when they are no longer read, or a while after. */
  @Override
  public void close() {
    ChangeSignal changes = signal;
    if (changes != null) {
      changes.close();
    }
    thread.stop();
    thread.interrupt();
    thread.close();
    synchronized (telling) {
      closed = true;
      storage.leave();
    }
  }
}
