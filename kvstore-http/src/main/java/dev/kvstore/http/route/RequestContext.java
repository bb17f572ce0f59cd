package dev.kvstore.http.route;

import dev.kvstore.KVCache;
import dev.kvstore.KVEntry;
import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.ReadOptions;
import dev.kvstore.SyncToken;
import dev.kvstore.http.auth.Principal;
import dev.kvstore.http.error.ProblemException;
import dev.kvstore.http.limits.BodyFiles.BodyFile;
import dev.kvstore.http.limits.Room;
import dev.kvstore.http.logging.AuditEvent;
import dev.kvstore.http.net.PacedConnector;
import dev.kvstore.internal.support.Sha256;
import dev.kvstore.spi.EntryDatabase;
import dev.kvstore.spi.EntryStore;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * A request with its response, the resource that its path addresses, and its caller. Used by one
 * thread at a time.
 */
public final class RequestContext {
  /** Request headers that vary the response. */
  private static final String VARIATIONS = "Accept, Accept-Encoding";

  /**
   * The idempotency key of a write, which is also the etag of the written entry, if there is one.
   */
  public static final String ETAG = "KV-Etag";

  private static final String REPLAYED = "KV-Replayed";

  private final HttpServletRequest request;
  private final HttpServletResponse response;
  private final ResourcePath path;
  private final Principal principal;
  private final EntryDatabase database;
  private final Runnable recheck;
  private final String client;
  private final Room room;
  private @Nullable EntryStore entries;
  private InputStream body = InputStream.nullInputStream();
  private int bodySize;
  private @Nullable BodyFile bodyFile;
  private @Nullable MessageDigest bodyDigest;
  private @Nullable AsyncContext async;
  private boolean handedOver;
  private @Nullable Suspension suspension;
  private boolean replayed;
  private int reserved;
  private ReadOptions readOptions = ReadOptions.DEFAULT;

  /** @param recheck see {@link #recheck()} */
  public RequestContext(
      HttpServletRequest request,
      HttpServletResponse response,
      ResourcePath path,
      Principal principal,
      EntryDatabase database,
      Runnable recheck,
      String client,
      Room room) {
    this.request = request;
    this.response = response;
    this.path = path;
    this.principal = principal;
    this.database = database;
    this.client = client;
    this.room = room;
    this.recheck = recheck;
  }

  public HttpServletRequest request() {
    return request;
  }

  public HttpServletResponse response() {
    return response;
  }

  public ResourcePath path() {
    return path;
  }

  /** Returns the caller. A handler of several keys must check its permission for each of them. */
  public Principal principal() {
    return principal;
  }

  /** Returns the name of the client for counting limits. */
  public String client() {
    return client;
  }

  /** Returns the memory account of the request and its response. */
  public Room room() {
    return room;
  }

  /**
   * Returns the body, which is in memory. For a write with an idempotency key, reading it also
   * computes its digest.
   */
  public InputStream body() {
    return body(body);
  }

  private InputStream body(InputStream content) {
    if (request.getHeader(ETAG) == null) {
      return content;
    }
    MessageDigest digest = Sha256.start();
    bodyDigest = digest;
    return new DigestInputStream(content, digest);
  }

  /** Computes the digest of the body's file if the write has an idempotency key. */
  public void digestBodyFile() throws IOException {
    if (bodyFile != null && request.getHeader(ETAG) != null) {
      try (InputStream content = body(Files.newInputStream(bodyFile.path()))) {
        content.transferTo(OutputStream.nullOutputStream());
      }
    }
  }

  /** Returns the file with the body, if the resource keeps bodies in files and there is one. */
  public Optional<BodyFile> bodyFile() {
    return Optional.ofNullable(bodyFile);
  }

  /** Sets the file with the body. */
  public void bodyFile(BodyFile file) {
    bodyFile = file;
  }

  public void body(InputStream content, int size) {
    body = content;
    bodySize = size;
  }

  /** Returns the number of received bytes of the body. */
  public int bodySize() {
    return bodySize;
  }

  /** Releases the request's own thread before there is a response. */
  public AsyncContext startAsync() {
    AsyncContext started = async;
    if (started == null) {
      started = request.startAsync();
      started.setTimeout(0);
      async = started;
    }
    return started;
  }

  /** Like {@link #startAsync()}; the caller must complete the response. */
  public AsyncContext handOver() {
    handedOver = true;
    return startAsync();
  }

  /** Undoes {@link #handOver}. */
  public void takeBack() {
    handedOver = false;
  }

  /** Makes the request wait for this after its handler has returned, and then continue with it. */
  public void suspend(Suspension waiting) {
    suspension = waiting;
  }

  /** Returns and clears the suspension, or null if there is none. */
  public @Nullable Suspension takeSuspension() {
    Suspension waiting = suspension;
    suspension = null;
    return waiting;
  }

  public boolean isAsync() {
    return async != null;
  }

  /** Completes the response, unless it was handed over. */
  public void complete() {
    if (async != null && !handedOver) {
      async.complete();
    }
  }

  public String key() {
    return path.key();
  }

  public String store() {
    return path.store();
  }

  /**
   * Returns the store in the path, always the same object. Each of its operations first calls
   * {@link #recheck()}.
   */
  public EntryStore entries() {
    EntryStore opened = entries;
    if (opened == null) {
      opened = guard(database.store(store()));
      entries = opened;
    }
    return opened;
  }

  /** Returns the store with a {@link #recheck()} before each operation. */
  public EntryStore guard(EntryStore store) {
    return new GuardedStore(store, recheck);
  }

  /**
   * Checks that the caller still has the permissions with which the request was admitted. Call it
   * before each write and each further part of a response.
   *
   * @throws ProblemException if the token was revoked, has expired or was changed, or if there was
   *     none and one is now required
   */
  public void recheck() {
    recheck.run();
  }

  /**
   * Returns the digest of the part of the body that was read; empty if it was not read. Call only
   * once.
   */
  public byte[] bodyDigest() {
    return bodyDigest == null ? new byte[0] : bodyDigest.digest();
  }

  public String method() {
    return request.getMethod();
  }

  public boolean isWrite() {
    return isWrite(request);
  }

  public static boolean isWrite(HttpServletRequest request) {
    return !request.getMethod().equals("GET") && !request.getMethod().equals("HEAD");
  }

  /** Closes the connection, so that a partial response is not mistaken for a complete one. */
  public static void abort(HttpServletRequest request) {
    core(request).getConnectionMetaData().getConnection().getEndPoint().close();
  }

  /** Returns true if the client has closed its connection. Only for a request that was read. */
  public boolean isClientGone() {
    return PacedConnector.isClientGone(core(request));
  }

  public static Request core(HttpServletRequest request) {
    return ServletContextRequest.getServletContextRequest(request);
  }

  public boolean isHead() {
    return method().equals("HEAD");
  }

  /** Returns the query parameters, of which only these are allowed. */
  public Parameters parameters(String... known) {
    return Parameters.parse(request.getQueryString(), Set.of(known));
  }

  /** Returns the required freshness of reads, as set by {@link #demand}. */
  public ReadOptions readOptions() {
    return readOptions;
  }

  public void demand(ReadOptions options) {
    readOptions = options;
  }

  /**
   * Sets the sync token of the response, if the caller may know of the store. Call it again after
   * further reads, before anything was sent.
   */
  public void tellPosition() {
    if (!store().isEmpty() && principal.mayEnter(store())) {
      SyncToken reached = entries().syncToken().max(readOptions.atLeast());
      header(ReadConsistency.SYNC_TOKEN, reached.toString());
    }
  }

  /** Marks the response as that of an earlier, identical write. */
  public void tellReplayed() {
    replayed = true;
    header(REPLAYED, "true");
  }

  public boolean isReplayed() {
    return replayed;
  }

  /** Sets the staleness of the entry, if it is stale. */
  public void tellStale(KVEntry<?> entry) {
    if (entry.stale()) {
      entries()
          .capability(KVCache.class)
          .map(cache -> cache.health().lag().toSeconds())
          .ifPresent(seconds -> header(ReadConsistency.STALE, seconds.toString()));
    }
  }

  /** Returns true if the response is about the store as of a past instant. */
  public boolean isOfThePast() {
    return readOptions.at().isPresent();
  }

  /**
   * Lets caches of readers keep the response and revalidate it by etag each time; except for a
   * response about the past, which has no etag.
   */
  public void allowRevalidation() {
    header("Cache-Control", isOfThePast() ? "no-store" : "private, no-cache");
    // Set the whole header here, whether or not the response is compressed, and by origin if that
    // matters.
    boolean byOrigin = response.getHeaders("Vary").contains("Origin");
    header("Vary", byOrigin ? VARIATIONS + ", Origin" : VARIATIONS);
  }

  /**
   * Writes the action of the request on its store to the audit log.
   *
   * @param outcome {@code done}, or the reason of the failure
   */
  public void audit(String event, String outcome) {
    audit(event, null, outcome);
  }

  private void audit(String event, @Nullable String subject, String outcome) {
    String remote = Request.getRemoteAddr(core(request));
    String by = principal.name().orElse(null);
    new AuditEvent(event, by, remote, store(), subject, outcome, 0).log();
  }

  /** Runs the action and writes it to the audit log under this name, whether or not it succeeds. */
  public <T> T audited(String event, Supplier<T> action) {
    return audited(event, null, action);
  }

  /** As {@link #audited(String, Supplier)}; the subject is what it is done to. */
  public <T> T audited(String event, @Nullable String subject, Supplier<T> action) {
    String outcome = "failed";
    try {
      T result = action.get();
      outcome = "done";
      return result;
    } finally {
      audit(event, subject, outcome);
    }
  }

  public void header(String name, String value) {
    response.setHeader(name, value);
  }

  /**
   * Reserves memory for the response to a write, before the write. If called several times, the
   * largest size counts.
   *
   * @throws ProblemException if there is not enough memory
   * @throws OutcomeUnknownException instead, if an earlier, identical write may have been done
   */
  public void reserve(int bytes) {
    int more = bytes - reserved;
    if (more <= 0) {
      return;
    }
    if (!replayed) {
      room.take(more);
    } else if (!room.tryTake(more)) {
      throw new OutcomeUnknownException("There is no memory for what came of the write", null);
    }
    reserved = bytes;
  }

  public int reserved() {
    return reserved;
  }
}
