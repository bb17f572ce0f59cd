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
 * Does a write once that comes more than once: who lost the answer sends it again, and something in
 * between may send it twice, at once or much later. Writes are known by their caller and the etag
 * that they bring. What came of one is kept for a while, and answers the others; those that come
 * while it is still being done wait for it. Another request with that etag is refused. Thread-safe.
 *
 * <p>A write of which it is certain that nothing was done is forgotten: it may be sent again to be
 * done.
 */
public final class IdempotencyCache {
  static final Duration KEPT = Duration.ofMinutes(10);

  private static final long MAX_BYTES = 32L * 1024 * 1024;

  /** Two digests, an etag, a key of usual length, and the metadata of an entry or a problem. */
  private static final int OUTCOME_BYTES = 700;

  /** What the text of a key takes beside its characters. */
  private static final int KEY_BYTES = 56;

  /** What a change in a report takes beside its key: about two previews of values. */
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

  /** Another token is another caller, whatever it has in common with the first. */
  private record Id(String caller, String etag) {}

  /** A write that came for the first time. */
  private static final class First extends CompletableFuture<Outcome> {
    private final String fingerprint;

    First(String fingerprint) {
      this.fingerprint = fingerprint;
    }
  }

  /** What came of a write, or how that was answered where it failed; one of the two is null. */
  private record Outcome(@Nullable Object result, @Nullable Problem failure) {
    Object replayed() {
      if (failure != null) {
        throw new ProblemException(failure);
      }
      return Objects.requireNonNull(result);
    }

    /** Returns about how many bytes it has beside what every outcome has. */
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
   * Returns what the write returns, or what it returned when it came for the first time; throws
   * what it throws or threw. To be called once the body was read.
   *
   * @throws ProblemException if its etag came with another request before
   */
  public <T> T once(RequestContext context, Supplier<T> write) {
    context.recheck(); // the body may have taken long
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
    @SuppressWarnings("unchecked") // one method and target have one kind of result
    T result = (T) replay(first);
    context.recheck();
    return result;
  }

  /**
   * Returns what two requests have in common that ask for the same write. Not the conditions: one
   * that never holds asks what came of the write without doing it.
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
        mine.completeExceptionally(e); // which takes it out
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
    return failure instanceof ProblemException // the caller may not go on
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
