package dev.kvstore.http.api;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.kvstore.ChangeReport;
import dev.kvstore.DeleteResult;
import dev.kvstore.ErrorCode;
import dev.kvstore.KVEntry;
import dev.kvstore.KVException;
import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.SetDefaultResult;
import dev.kvstore.http.error.ErrorKind;
import dev.kvstore.http.error.Problem;
import dev.kvstore.http.error.ProblemException;
import dev.kvstore.http.error.Problems;
import dev.kvstore.http.route.RequestContext;
import dev.kvstore.internal.support.Sha256;
import dev.kvstore.spi.RawValue;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Executes each write once, even if its request arrives more than once: a client that lost the
 * response sends it again, and an intermediary may duplicate it, immediately or much later. The
 * idempotency key is the caller and the etag chosen in the request. The outcome of a write is kept
 * for a while and returned for its duplicates; duplicates of a running write wait for it. A
 * different request with the same etag is refused. Thread-safe.
 *
 * <p>A write that certainly did nothing is forgotten, so that it can be sent again.
 */
public final class IdempotencyCache {
  static final Duration KEPT = Duration.ofMinutes(10);

  private static final long MAX_BYTES = 32L * 1024 * 1024;

  /**
   * The approximate size of an outcome: two digests, an etag, a key of usual length, and the
   * metadata of an entry or a problem.
   */
  private static final int OUTCOME_BYTES = 700;

  /** The overhead of a key's text besides its characters. */
  private static final int KEY_BYTES = 56;

  /** The size of a change in a report besides its key: about two previews of values. */
  private static final int ITEM_BYTES = 500;

  private final AsyncCache<Id, Outcome> outcomes;

  public IdempotencyCache() {
    this(Ticker.systemTicker());
  }

  public IdempotencyCache(Ticker ticker) {
    this.outcomes = Caffeine.newBuilder()
        .ticker(ticker)
        .expireAfterWrite(KEPT)
        .maximumWeight(MAX_BYTES)
        .weigher((Id id, Outcome outcome) -> OUTCOME_BYTES + outcome.bytes())
        .buildAsync();
  }

  /** The idempotency key. Each token is a different caller. */
  private record Id(String caller, String etag) {}

  /** The first request of a write. */
  private static final class First extends CompletableFuture<Outcome> {
    private final String fingerprint;

    First(String fingerprint) {
      this.fingerprint = fingerprint;
    }
  }

  /** The result of a write, or the problem if it failed; one of them is null. */
  private record Outcome(@Nullable Object result, @Nullable Problem failure) {
    Object replayed() {
      if (failure != null) {
        throw new ProblemException(failure);
      }
      return Objects.requireNonNull(result);
    }

    /** Returns its approximate size in bytes beyond {@link #OUTCOME_BYTES}. */
    int bytes() {
      return failure == null ? valueBytes() : failure.bytes();
    }

    private int valueBytes() {
      if (result instanceof DeleteResult deletion) {
        return Stream.concat(deletion.keys().stream(), deletion.changed().stream())
            .mapToInt(key -> KEY_BYTES + key.length())
            .sum();
      }
      if (result instanceof ChangeReport report) {
        return report.items().stream()
            .mapToInt(item -> ITEM_BYTES + KEY_BYTES + item.key().length())
            .sum();
      }
      Object entry = result instanceof SetDefaultResult<?> defaulted ? defaulted.entry() : result;
      return entry instanceof KVEntry<?> kv && kv.value() instanceof RawValue value
          ? value.size()
          : 0;
    }
  }

  /**
   * Executes the write and returns its result, or returns or throws the outcome of the first
   * request. Call it after the body was read.
   *
   * @throws ProblemException if its etag was used by a different request before
   */
  public <T> T once(RequestContext context, Supplier<T> write) {
    context.recheck(); // receiving the body may have taken long
    String etag = WriteRequests.etag(context);
    if (etag == null) {
      return write.get();
    }
    First mine = new First(fingerprint(context));
    CompletableFuture<Outcome> first =
        outcomes.asMap().putIfAbsent(new Id(context.principal().identity(), etag), mine);
    if (first == null) {
      return run(write, mine);
    }
    if (!(first instanceof First known) || !known.fingerprint.equals(mine.fingerprint)) {
      throw new ProblemException(
          ErrorKind.REPEATED_WRITE,
          "The KV-Etag " + etag + " came with another request before; only the very same request"
              + " can be sent again, and every other needs an etag of its own");
    }
    context.tellReplayed();
    @SuppressWarnings("unchecked") // the result type depends only on method and target
    T result = (T) replay(first);
    context.recheck();
    return result;
  }

  /**
   * Returns a digest that is equal for requests of the same write. It excludes conditions, so that
   * a client can query the outcome without executing the write, with a condition that never holds.
   */
  private static String fingerprint(RequestContext context) {
    MessageDigest digest = Sha256.start();
    HttpServletRequest request = context.request();
    for (String part : new String[] {
      context.method(),
      context.path().route().path(),
      context.store(),
      context.key(),
      String.valueOf(request.getQueryString()),
      Collections.list(request.getHeaders("Content-Type")).toString()
    }) {
      byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
      digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, bytes.length));
      digest.update(bytes);
    }
    digest.update(context.bodyDigest());
    return HexFormat.of().formatHex(digest.digest());
  }

  private static <T> T run(Supplier<T> write, CompletableFuture<Outcome> mine) {
    try {
      T result = write.get();
      mine.complete(new Outcome(result, null));
      return result;
    } catch (RuntimeException e) {
      if (isCertainlyNotDone(e)) {
        mine.completeExceptionally(e); // removes it from the cache
      } else {
        mine.complete(new Outcome(null, Problems.of(e, true)));
      }
      throw e;
    } catch (Error e) {
      mine.complete(new Outcome(null, Problems.of(unknown(e), true)));
      throw e;
    }
  }

  private static boolean isCertainlyNotDone(RuntimeException failure) {
    return failure instanceof ProblemException // the caller is no longer permitted
        || (failure instanceof KVException kv
            && kv.code() != ErrorCode.OUTCOME_UNKNOWN
            && ErrorKind.of(kv.code()) == ErrorKind.UNAVAILABLE);
  }

  private static Object replay(CompletableFuture<Outcome> first) {
    try {
      return first.get().replayed();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException failure ? failure : unknown(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unknown(e);
    }
  }

  private static OutcomeUnknownException unknown(Throwable cause) {
    return new OutcomeUnknownException("What came of the write before is not known", cause);
  }
}
