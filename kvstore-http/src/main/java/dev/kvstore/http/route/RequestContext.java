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
 * One request and its response, what the request's path addresses, and who asks. Used by one thread
 * at a time.
 */
public final class RequestContext {
  /** What of a request makes another representation. */
  private static final String VARIATIONS = "Accept, Accept-Encoding";

  /** Names a write: by the etag that it gives the entry, where it leaves one. */
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

  /** Returns who asks; where several keys are named or listed, it says for which they may. */
  public Principal principal() {
    return principal;
  }

  /** Returns the name under which the limits of one client are counted. */
  public String client() {
    return client;
  }

  /** Returns what the request and its answer hold in memory. */
  public Room room() {
    return room;
  }

  /**
   * Returns the body, which is in memory; of a write that names itself, it is known again by its
   * digest.
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

  /** Reads the file with the body, if the write names itself, so that it is known again. */
  public void digestBodyFile() throws IOException {
    if (bodyFile != null && request.getHeader(ETAG) != null) {
      try (InputStream content = body(Files.newInputStream(bodyFile.path()))) {
        content.transferTo(OutputStream.nullOutputStream());
      }
    }
  }

  /** Returns the file with the body, if its resource keeps bodies in files and there is one. */
  public Optional<BodyFile> bodyFile() {
    return Optional.ofNullable(bodyFile);
  }

  /** Sets the body, which is in this file. */
  public void bodyFile(BodyFile file) {
    bodyFile = file;
  }

  public void body(InputStream content, int size) {
    body = content;
    bodySize = size;
  }

  /** Returns how many bytes the body has, as far as it was received. */
  public int bodySize() {
    return bodySize;
  }

  /** Lets the request's own thread go before there is an answer. */
  public AsyncContext startAsync() {
    AsyncContext started = async;
    if (started == null) {
      started = request.startAsync();
      started.setTimeout(0);
      async = started;
    }
    return started;
  }

  /** As {@link #startAsync()}; the caller completes the answer. */
  public AsyncContext handOver() {
    handedOver = true;
    return startAsync();
  }

  /** Undoes {@link #handOver}. */
  public void takeBack() {
    handedOver = false;
  }

  /** Lets the request wait for this once its handler has returned, and go on with it. */
  public void suspend(Suspension waiting) {
    suspension = waiting;
  }

  /** Returns what the request waits for, once, or null if it does not. */
  public @Nullable Suspension takeSuspension() {
    Suspension waiting = suspension;
    suspension = null;
    return waiting;
  }

  public boolean isAsync() {
    return async != null;
  }

  /** Completes the answer, unless someone else does. */
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
   * Returns the store that the path names, the same each time. Each of its operations calls
   * {@link #recheck()} first.
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
   * Checks that the caller may still do what it could when the request was admitted; to be called
   * before each write and each further part of an answer.
   *
   * @throws ProblemException if its token was revoked, has expired or was changed, or if there was
   *     none and one is needed by now
   */
  public void recheck() {
    recheck.run();
  }

  /**
   * Returns a digest of the body as far as it was read; empty where it was not. To be called once.
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

  /** Ends the connection, so that nobody takes the half of an answer for the whole. */
  public static void abort(HttpServletRequest request) {
    core(request).getConnectionMetaData().getConnection().getEndPoint().close();
  }

  /** Returns whether the client has closed its connection; for a request that was read. */
  public boolean isClientGone() {
    return PacedConnector.isClientGone(core(request));
  }

  public static Request core(HttpServletRequest request) {
    return ServletContextRequest.getServletContextRequest(request);
  }

  public boolean isHead() {
    return method().equals("HEAD");
  }

  /** Returns the query parameters, of which only these are known. */
  public Parameters parameters(String... known) {
    return Parameters.parse(request.getQueryString(), Set.of(known));
  }

  /** How fresh what is read must be, once {@link #demand} was called. */
  public ReadOptions readOptions() {
    return readOptions;
  }

  public void demand(ReadOptions options) {
    readOptions = options;
  }

  /**
   * Says which point in the store's history the answer is not before, to who may know that there is
   * a store; to be called again when more was read, as long as nothing was sent.
   */
  public void tellPosition() {
    if (!store().isEmpty() && principal.mayEnter(store())) {
      SyncToken reached = entries().syncToken().max(readOptions.atLeast());
      header(ReadConsistency.SYNC_TOKEN, reached.toString());
    }
  }

  /** Says that the write was done when it came before. */
  public void tellReplayed() {
    replayed = true;
    header(REPLAYED, "true");
  }

  public boolean isReplayed() {
    return replayed;
  }

  /** Says how old the entry may be, where the cache has lost touch with the database. */
  public void tellStale(KVEntry<?> entry) {
    if (entry.stale()) {
      entries()
          .capability(KVCache.class)
          .map(cache -> cache.health().lag().toSeconds())
          .ifPresent(seconds -> header(ReadConsistency.STALE, seconds.toString()));
    }
  }

  /** Returns true if the answer is about the store as it was at an instant. */
  public boolean isOfThePast() {
    return readOptions.at().isPresent();
  }

  /**
   * Lets a reader's cache keep the answer, but ask with its etag each time; unless it is about the
   * past, which has no etag.
   */
  public void allowRevalidation() {
    header("Cache-Control", isOfThePast() ? "no-store" : "private, no-cache");
    // In one place, whether or not the answer is compressed; and by origin where that matters.
    boolean byOrigin = response.getHeaders("Vary").contains("Origin");
    header("Vary", byOrigin ? VARIATIONS + ", Origin" : VARIATIONS);
  }

  /**
   * Writes to the audit log what the request did to its store.
   *
   * @param outcome {@code done}, or why it was not
   */
  public void audit(String event, String outcome) {
    audit(event, null, outcome);
  }

  private void audit(String event, @Nullable String subject, String outcome) {
    String remote = Request.getRemoteAddr(core(request));
    String by = principal.name().orElse(null);
    new AuditEvent(event, by, remote, store(), subject, outcome, 0).log();
  }

  /** Does what is to be in the audit log under this name, whether or not it succeeds. */
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
   * Takes room for so large an answer, before the write that it is about; more than once for the
   * largest of them.
   *
   * @throws ProblemException if there is not so much
   * @throws OutcomeUnknownException instead, if the write came before and may have been done
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
