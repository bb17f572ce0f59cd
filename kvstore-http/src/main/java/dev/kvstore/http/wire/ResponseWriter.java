package dev.kvstore.http.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.kvstore.KVEntry;
import dev.kvstore.KVMetadata;
import dev.kvstore.http.limits.Load;
import dev.kvstore.http.route.RequestContext;
import dev.kvstore.internal.bson.JsonTranscoder;
import dev.kvstore.spi.CachedEntry;
import dev.kvstore.spi.RawValue;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.eclipse.jetty.http.DateGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Writes responses in the preferred format of the request. Thread-safe.
 *
 * @param load the limits for large responses, which are read while they are sent
 */
public record ResponseWriter(JsonTranscoder transcoder, Load load) {
  /**
   * The maximum size of a BSON response, so that a request for too many keys gets an error and does
   * not exhaust the memory of the service.
   */
  private static final int MAX_BSON_BYTES = 64 * 1024 * 1024;

  private static final String ETAG = "ETag";

  /** The size up to which a body stays in the server's own buffer until the request was handled. */
  private static final int SMALL_BYTES = 4 * 1024;

  /** The header with the number of values that a snapshot could not represent exactly. */
  private static final String LOSSES = "KV-Losses";

  public interface Content {
    void writeTo(DocumentWriter out) throws IOException;
  }

  /** Sends the cached value as JSON, or 304 if the reader already has it. */
  public void held(RequestContext context, CachedEntry held, KVEntry<RawValue> entry)
      throws IOException {
    EncodedEntry.of(held, entry, this, context).answer(context);
  }

  public void value(RequestContext context, Format format, KVEntry<RawValue> entry)
      throws IOException {
    metadataHeaders(context, entry.metadata());
    RawValue value = present(entry);
    if (format == Format.BSON) {
      ChunkedBuffer buffer = newAnswer(context);
      buffer.write(value.document());
      answer(context, 200, format, buffer);
    } else {
      answer(context, 200, format, toJson(context, out -> out.value(value)));
    }
  }

  public void entry(RequestContext context, Format format, int status, KVEntry<RawValue> entry)
      throws IOException {
    metadataHeaders(context, entry.metadata());
    document(context, format, status, out -> writeEntry(out, entry.metadata(), entry.value()));
  }

  /** Sends an entry with the text of its value, see {@link EntrySummary#writeDetail}. */
  public void detail(RequestContext context, Format format, KVEntry<RawValue> entry)
      throws IOException {
    metadataHeaders(context, entry.metadata());
    document(context, format, 200, out -> EntrySummary.writeDetail(out, entry));
  }

  public void metadata(RequestContext context, Format format, int status, KVMetadata metadata)
      throws IOException {
    metadataHeaders(context, metadata);
    document(context, format, status, out -> writeEntry(out, metadata, null));
  }

  /** Sends a document that is small enough for memory. */
  public void document(RequestContext context, Format format, int status, Content content)
      throws IOException {
    answer(
        context,
        status,
        format,
        format == Format.BSON ? toBson(context, content) : toJson(context, content));
  }

  /** Sends a document; as JSON it is sent while it is being written. */
  public void stream(RequestContext context, Format format, EntryDocument document)
      throws IOException {
    answerEmpty(context, 200, format.mediaType());
    if (format == Format.BSON) {
      // Write to the end even without memory, to find out if the request can never succeed;
      // otherwise the client would retry in vain.
      ChunkedBuffer whole = ChunkedBuffer.dropping(context.room()::takeOrCount);
      DocumentWriter out = new BsonDocumentWriter(whole, MAX_BSON_BYTES);
      while (document.writeTo(out)) {
        // writes everything
      }
      context.room().requireCounted();
      answer(context, 200, format, whole);
      return;
    }
    JsonParts parts = new JsonParts(document, transcoder, context.room());
    ChunkedBuffer first = parts.make();
    context.tellPosition();
    if (parts.isAll()) {
      send(context, first);
      return;
    }
    if (context.isHead()) {
      // Send now, because the server would otherwise set a Content-Length.
      context.response().flushBuffer();
      return;
    }
    if (context.request().getProtocol().equals("HTTP/1.1")) {
      // Use chunks even if the connection is closed afterwards, so that a truncated response can be
      // detected.
      context.header("Transfer-Encoding", "chunked");
    }
    Sending.made(context, parts, load);
  }

  /** Sends a snapshot while it is being written. */
  public void snapshot(RequestContext context, String mediaType, SnapshotParts<?> parts)
      throws IOException {
    context.response().setStatus(200);
    context.response().setContentType(mediaType);
    context.tellPosition();
    parts.make();
    context.tellPosition();
    if (context.isHead()) {
      context.response().flushBuffer();
      return;
    }
    if (context.request().getProtocol().equals("HTTP/1.1")) {
      context.header("Transfer-Encoding", "chunked");
      context.header("Trailer", LOSSES);
      context.response().setTrailerFields(() -> Map.of(LOSSES, Long.toString(parts.losses())));
    }
    Sending.made(context, parts, load);
  }

  public static void writeEntry(DocumentWriter out, KVMetadata metadata, @Nullable RawValue value)
      throws IOException {
    out.startDocument();
    out.name("key").text(metadata.key());
    if (value != null) {
      out.name("value").value(value);
    }
    writeMetadata(out, metadata);
    out.endDocument();
  }

  /** Writes the members that an entry has beside its key and value. */
  static void writeMetadata(DocumentWriter out, KVMetadata metadata) throws IOException {
    out.name("version").number(metadata.version());
    out.name("etag").text(metadata.etag());
    out.name("createdAt").time(metadata.createdAt());
    out.name("updatedAt").time(metadata.updatedAt());
    out.name("updatedBy").textOrNothing(metadata.updatedBy());
    out.name("expiresAt").timeOrNothing(metadata.expiresAt());
  }

  /** Reserves memory for a response with this value if it is large. */
  public void reserve(RequestContext context, Format format, RawValue value) {
    if (Load.JSON_GROWTH * (long) value.size() <= ChunkedBuffer.CHUNK_BYTES) {
      return;
    }
    if (format == Format.BSON) {
      context.reserve(value.size());
    } else {
      context.reserve(jsonBytes(value));
    }
  }

  private int jsonBytes(RawValue value) {
    try {
      ChunkedBuffer counted = ChunkedBuffer.dropping(bytes -> false);
      writeJson(counted, out -> out.value(value));
      return counted.getSize();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static long bytes(Collection<KVEntry<RawValue>> entries) {
    return entries.stream().mapToLong(entry -> present(entry).size()).sum();
  }

  /** Returns the value of an entry that was read with its value. */
  public static RawValue present(KVEntry<RawValue> entry) {
    RawValue value = entry.value();
    if (value == null) {
      throw new IllegalStateException("Key '" + entry.key() + "' was read without its value");
    }
    return value;
  }

  /**
   * Sets the metadata headers. A response about the past has no etag, which could not be used as a
   * condition of a write.
   */
  private static void metadataHeaders(RequestContext context, KVMetadata metadata) {
    metadataHeaders(metadata, (name, value) -> {
      if (!name.equals(ETAG) || !context.isOfThePast()) {
        context.header(name, value);
      }
    });
  }

  /** Passes the names and values of the headers with the version of the response. */
  public static void metadataHeaders(KVMetadata metadata, BiConsumer<String, String> headers) {
    headers.accept(ETAG, '"' + metadata.etag() + '"');
    headers.accept(
        "Last-Modified", DateGenerator.formatDate(metadata.updatedAt().toEpochMilli()));
    headers.accept("KV-Version", Long.toString(metadata.version()));
    metadata.expiresAt().ifPresent(expiry -> headers.accept("KV-Expires-At", expiry.toString()));
  }

  /** Returns the content followed by a line break, so that a shell prompt starts on a new line. */
  ChunkedBuffer toJson(RequestContext context, Content content) throws IOException {
    ChunkedBuffer buffer = newAnswer(context);
    writeJson(buffer, content);
    return buffer;
  }

  private void writeJson(OutputStream to, Content content) throws IOException {
    try (JsonGenerator json = transcoder.factory().createGenerator(to)) {
      content.writeTo(new JsonDocumentWriter(json, transcoder));
      json.writeRaw('\n');
    }
  }

  private static ChunkedBuffer toBson(RequestContext context, Content content) throws IOException {
    ChunkedBuffer buffer = newAnswer(context);
    content.writeTo(new BsonDocumentWriter(buffer, MAX_BSON_BYTES));
    return buffer;
  }

  /** Sends this body; {@code HEAD} gets only its length. */
  public static void answer(RequestContext context, int status, String mediaType, byte[] content)
      throws IOException {
    answerEmpty(context, status, mediaType);
    send(context, content);
  }

  /**
   * Returns a buffer for a response. The memory of a read is counted as the buffer grows, and may
   * be refused. The memory of a write is counted when the response is sent, unless it was
   * {@linkplain RequestContext#reserve reserved}, because the write is already done and a refusal
   * would say that it is not.
   */
  public static ChunkedBuffer newAnswer(RequestContext context) {
    return new ChunkedBuffer(context.isWrite() ? bytes -> {} : context.room()::take);
  }

  /**
   * Like {@link #answer(RequestContext, int, String, byte[])}, with shared bytes that need no
   * additional memory.
   */
  public static void answerShared(
      RequestContext context, int status, String mediaType, byte[] content) throws IOException {
    answerEmpty(context, status, mediaType);
    send(context, content.length, List.of(ByteBuffer.wrap(content)), true);
  }

  /** Sends a buffer from {@link #newAnswer}. */
  private static void answer(
      RequestContext context, int status, Format format, ChunkedBuffer content) throws IOException {
    answerEmpty(context, status, format.mediaType());
    send(context, content);
  }

  /** Like {@link #send(RequestContext, byte[])}, for a buffer from {@link #newAnswer}. */
  public static void send(RequestContext context, ChunkedBuffer content) throws IOException {
    send(context, content.getSize(), content.parts(), !context.isWrite());
  }

  /**
   * Sends the body of a response whose status and headers are set. Does not wait for the reader.
   */
  public static void send(RequestContext context, byte[] content) throws IOException {
    if (content.length > SMALL_BYTES && context.method().equals("GET")) {
      context.room().take(content.length);
    }
    send(context, content.length, List.of(ByteBuffer.wrap(content)), !context.isWrite());
  }

  private static void send(
      RequestContext context, int length, List<ByteBuffer> parts, boolean counted)
      throws IOException {
    if (context.isHead()) {
      context.response().setContentLength(length);
    } else if (length > SMALL_BYTES) {
      context.response().setContentLength(length);
      int open = counted ? 0 : Math.max(0, length - context.reserved());
      Sending.all(context, parts, open == 0 || context.room().tryTake(open) ? 0 : open);
    } else if (length > 0) {
      // The server sends this after the request was handled, and then adds the length.
      context.response().getOutputStream().write(parts.get(0).array(), 0, length);
    }
  }

  public static void answerEmpty(RequestContext context, int status) {
    answerEmpty(context, status, null);
  }

  private static void answerEmpty(RequestContext context, int status, @Nullable String mediaType) {
    context.tellPosition();
    context.response().setStatus(status);
    context.response().setContentType(mediaType);
  }
}
