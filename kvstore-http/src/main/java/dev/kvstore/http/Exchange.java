package dev.kvstore.http;

import dev.kvstore.KVEntry;
import dev.kvstore.ReadOptions;
import dev.kvstore.SyncToken;
import dev.kvstore.http.auth.Principal;
import dev.kvstore.spi.EntryDatabase;
import dev.kvstore.spi.EntryStore;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response, what the request's path addresses, and who asks. For one thread.
 */
final class Exchange {
  /** What of a request makes another representation. */
  private static final String VARIATIONS = "Accept, Accept-Encoding";

  private static final String REPLAYED = "KV-Replayed";

  private final HttpServletRequest request;
  private final HttpServletResponse response;
  private final Target target;
  private final Principal principal;
  private final EntryDatabase database;
  private final Runnable recheck;
  private @Nullable EntryStore entries;
  private @Nullable MessageDigest bodyDigest;
  private boolean replayed;
  private ReadOptions readOptions = ReadOptions.DEFAULT;

  /** @param recheck see {@link #recheck()} */
  Exchange(
      HttpServletRequest request,
      HttpServletResponse response,
      Target target,
      Principal principal,
      EntryDatabase database,
      Runnable recheck) {
    this.request = request;
    this.response = response;
    this.target = target;
    this.principal = principal;
    this.database = database;
    this.recheck = recheck;
  }

  HttpServletRequest request() {
    return request;
  }

  HttpServletResponse response() {
    return response;
  }

  Target target() {
    return target;
  }

  /** Returns who asks; where several keys are named or listed, it says for which they may. */
  Principal principal() {
    return principal;
  }

  String key() {
    return target.key();
  }

  String store() {
    return target.store();
  }

  /**
   * Returns the store that the path names, the same each time. Each of its operations calls
   * {@link #recheck()} first.
   */
  EntryStore entries() {
    EntryStore opened = entries;
    if (opened == null) {
      opened = guard(database.store(store()));
      entries = opened;
    }
    return opened;
  }

  /** Returns the store with a {@link #recheck()} before each operation. */
  EntryStore guard(EntryStore store) {
    return new GuardedStore(store, recheck);
  }

  /**
   * Returns if the caller may still do what it could when the request was admitted; to be called
   * before each write and each further part of an answer.
   *
   * @throws ProblemException if its token was revoked, has expired or was changed, or if there was
   *     none and one is needed by now
   */
  void recheck() {
    recheck.run();
  }

  /** Returns the body, of which a write that names itself is known again. */
  InputStream body() throws IOException {
    InputStream body = request.getInputStream();
    if (request.getHeader(WriteRequests.ETAG) == null) {
      return body;
    }
    MessageDigest digest = Sha256.start();
    bodyDigest = digest;
    return new DigestInputStream(body, digest);
  }

  /**
   * Returns a digest of the body as far as it was read; empty where it was not. To be called once.
   */
  byte[] bodyDigest() {
    return bodyDigest == null ? new byte[0] : bodyDigest.digest();
  }

  String method() {
    return request.getMethod();
  }

  boolean isHead() {
    return method().equals("HEAD");
  }

  /** Returns the query parameters, of which only these are known. */
  Parameters parameters(String... known) {
    return Parameters.parse(request.getQueryString(), Set.of(known));
  }

  /** Whether this is a {@code GET} of a value as most are: without parameters, and as JSON. */
  boolean isPlainGet() {
    String accepted = request.getHeader("Accept");
    return method().equals("GET")
        && request.getQueryString() == null
        && (accepted == null || accepted.equals("*/*") || accepted.equals(Format.JSON.mediaType()));
  }

  Format answerFormat() {
    return Format.ofAnswer(request);
  }

  /** How fresh what is read must be, once {@link #demand} was called. */
  ReadOptions readOptions() {
    return readOptions;
  }

  void demand(ReadOptions options) {
    readOptions = options;
  }

  /**
   * Says which point in the store's history the answer is not before, to who may know that there is
   * a store; to be called again when more was read, as long as nothing was sent.
   */
  void tellPosition() {
    if (!store().isEmpty() && principal.mayEnter(store())) {
      SyncToken reached = entries().syncToken().max(readOptions.atLeast());
      header(Freshness.SYNC_TOKEN, reached.toString());
    }
  }

  /** Says that the write was done when it came before. */
  void tellReplayed() {
    replayed = true;
    header(REPLAYED, "true");
  }

  boolean isReplayed() {
    return replayed;
  }

  /** Says how old the entry may be, where the cache has lost touch with the database. */
  void tellStale(KVEntry<?> entry) {
    if (entry.stale()) {
      entries()
          .cache()
          .map(cache -> cache.health().lag().toSeconds())
          .ifPresent(seconds -> header(Freshness.STALE, seconds.toString()));
    }
  }

  /** Lets a reader's cache keep the answer, but ask with its etag each time. */
  void allowRevalidation() {
    header("Cache-Control", "private, no-cache");
    // In one place, whether or not the answer is compressed; and by origin where that matters.
    boolean byOrigin = response.getHeaders("Vary").contains("Origin");
    header("Vary", byOrigin ? VARIATIONS + ", Origin" : VARIATIONS);
  }

  void header(String name, String value) {
    response.setHeader(name, value);
  }

  /** Answers with this body, of which {@code HEAD} gets the length only. */
  void answer(int status, Format format, byte[] body) throws IOException {
    answer(status, format.mediaType(), body);
  }

  /** As {@link #answer(int, Format, byte[])}, for a document of another kind. */
  void answer(int status, String mediaType, byte[] body) throws IOException {
    tellPosition();
    response.setStatus(status);
    response.setContentType(mediaType);
    response.setContentLength(body.length);
    response.getOutputStream().write(body);
  }

  void answerEmpty(int status) {
    tellPosition();
    response.setStatus(status);
    response.setContentType(null);
  }
}
