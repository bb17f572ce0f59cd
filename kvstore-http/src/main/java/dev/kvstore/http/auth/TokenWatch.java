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
 * The current tokens, delayed by at most {@link #PERIOD} and the time of a read. If the storage
 * signals changes, they are read on a signal, and otherwise only every {@link #CALM_PERIOD}.
 * Thread-safe.
 *
 * <p>While the tokens cannot be read, the known ones remain valid for {@link #KEPT}, which is
 * longer than a failover of MongoDB. After that no one has access until they can be read, because
 * one may have been revoked. Once tokens are required, they are required until the process ends,
 * even if all stored tokens disappear: an accident must not open the service.
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

  /** Held during an acknowledgement or its removal. */
  private final Object telling = new Object();

  private boolean closed; // guarded by telling

  /** @param at the time before the read, because they may have changed during it */
  private record Reading(Tokens tokens, long at) {}

  TokenWatch(TokenStorage storage, LongSupplier nanoTime) {
    this.storage = storage;
    this.nanoTime = nanoTime;
  }

  /**
   * Starts a watch and returns after the first read. If the storage cannot be reached, {@link #get}
   * throws until it can.
   *
   * @throws InvalidInputException if the stored tokens are invalid
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

  /** Writes changes of tokens to the audit log; the first time, all tokens. */
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

  /** Stops reading the tokens and waits a while for the end of a running read. */
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
