package dev.kvstore.http;

import dev.kvstore.KVCache;
import dev.kvstore.KVEntry;
import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.ReadOptions;
import dev.kvstore.SyncToken;
import dev.kvstore.http.auth.Principal;
import dev.kvstore.internal.support.Sha256;
import dev.kvstore.spi.EntryDatabase;
import dev.kvstore.spi.EntryStore;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response, what the request's path addresses, and who asks. Used by one thread
 * at a time.
 */
final class Exchange {
  /** What of a request makes another representation. */
  private static final String VARIATIONS = "Accept, Accept-Encoding";

  private static final String REPLAYED = "KV-Replayed";

  /** A smaller body waits in the server's own buffer until the request was handled. */
  private static final int SMALL_BYTES = 4 * 1024;

  private final HttpServletRequest request;
  private final HttpServletResponse response;
  private final Target target;
  private final Principal principal;
  private final EntryDatabase database;
  private final Runnable recheck;
  private final String client;
  private final Room room;
  private @Nullable EntryStore entries;
  private InputStream body = InputStream.nullInputStream();
  private @Nullable MessageDigest bodyDigest;
  private @Nullable AsyncContext async;
  private boolean handedOver;
  private boolean replayed;
  private int reserved;
  private ReadOptions readOptions = ReadOptions.DEFAULT;

  /** @param recheck see {@link #recheck()} */
  Exchange(
      HttpServletRequest request,
      HttpServletResponse response,
      Target target,
      Principal principal,
      EntryDatabase database,
      Runnable recheck,
      String client,
      Room room) {
    this.request = request;
    this.response = response;
    this.target = target;
    this.principal = principal;
    this.database = database;
    this.client = client;
    this.room = room;
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

  /** Returns the name under which the limits of one client are counted. */
  String client() {
    return client;
  }

  /** Returns what the request and its answer hold in memory. */
  Room room() {
    return room;
  }

  /**
   * Returns the body, which is in memory; of a write that names itself, it is known again by its
   * digest.
   */
  InputStream body() {
    if (request.getHeader(WriteRequests.ETAG) == null) {
      return body;
    }
    MessageDigest digest = Sha256.start();
    bodyDigest = digest;
    return new DigestInputStream(body, digest);
  }

  void body(InputStream content) {
    body = content;
  }

  /** Lets the request's own thread go before there is an answer. */
  AsyncContext startAsync() {
    AsyncContext started = async;
    if (started == null) {
      started = request.startAsync();
      started.setTimeout(0);
      async = started;
    }
    return started;
  }

  /** As {@link #startAsync()}; the caller completes the answer. */
  AsyncContext handOver() {
    handedOver = true;
    return startAsync();
  }

  /** Undoes {@link #handOver}. */
  void takeBack() {
    handedOver = false;
  }

  boolean isAsync() {
    return async != null;
  }

  /** Completes the answer, unless someone else does. */
  void complete() {
    if (async != null && !handedOver) {
      async.complete();
    }
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
   * Checks that the caller may still do what it could when the request was admitted; to be called
   * before each write and each further part of an answer.
   *
   * @throws ProblemException if its token was revoked, has expired or was changed, or if there was
   *     none and one is needed by now
   */
  void recheck() {
    recheck.run();
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

  private boolean isWrite() {
    return Api.isWrite(request);
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
          .capability(KVCache.class)
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
  void answer(int status, Format format, byte[] content) throws IOException {
    answer(status, format.mediaType(), content);
  }

  /** As {@link #answer(int, Format, byte[])}, for a document of another kind. */
  void answer(int status, String mediaType, byte[] content) throws IOException {
    tellPosition();
    response.setStatus(status);
    response.setContentType(mediaType);
    send(content);
  }

  /**
   * Returns where an answer can be written before it is sent. What a read needs is counted as it
   * grows and may be refused. What a write needs is counted when it is sent, since the write is
   * done by then and a refusal would say that it is not; unless it was {@linkplain #reserve
   * reserved} before.
   */
  ChunkedBuffer newAnswer() {
    return new ChunkedBuffer(isWrite() ? bytes -> {} : room::take);
  }

  /**
   * Takes room for so large an answer, before the write that it is about; more than once for the
   * largest of them.
   *
   * @throws ProblemException if there is not so much
   * @throws OutcomeUnknownException instead, if the write came before and may have been done
   */
  void reserve(int bytes) {
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

  /** As {@link #answer(int, Format, byte[])}, with bytes that the service has anyway. */
  void answerShared(int status, String mediaType, byte[] content) throws IOException {
    tellPosition();
    response.setStatus(status);
    response.setContentType(mediaType);
    send(content.length, List.of(ByteBuffer.wrap(content)), true);
  }

  /** As {@link #answer(int, Format, byte[])}, of what {@link #newAnswer} returned. */
  void answer(int status, Format format, ChunkedBuffer content) throws IOException {
    tellPosition();
    response.setStatus(status);
    response.setContentType(format.mediaType());
    send(content);
  }

  /** As {@link #send(byte[])}, of what {@link #newAnswer} returned. */
  void send(ChunkedBuffer content) throws IOException {
    send(content.getSize(), content.parts(), !isWrite());
  }

  /** Sends the body of an answer whose status and headers are set. Does not wait for the reader. */
  void send(byte[] content) throws IOException {
    if (content.length > SMALL_BYTES && method().equals("GET")) {
      room.take(content.length);
    }
    send(content.length, List.of(ByteBuffer.wrap(content)), !isWrite());
  }

  private void send(int length, List<ByteBuffer> parts, boolean counted) throws IOException {
    if (isHead()) {
      response.setContentLength(length);
    } else if (length > SMALL_BYTES) {
      response.setContentLength(length);
      int open = counted ? 0 : Math.max(0, length - reserved);
      Sending.all(this, parts, open == 0 || room.tryTake(open) ? 0 : open);
    } else if (length > 0) {
      // The server adds the length when it sends this, which is after the request was handled.
      response.getOutputStream().write(parts.get(0).array(), 0, length);
    }
  }

  void answerEmpty(int status) {
    tellPosition();
    response.setStatus(status);
    response.setContentType(null);
  }
}
