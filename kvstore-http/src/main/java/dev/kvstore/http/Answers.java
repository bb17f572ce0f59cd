package dev.kvstore.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.kvstore.KVEntry;
import dev.kvstore.KVMetadata;
import dev.kvstore.internal.bson.JsonTranscoder;
import dev.kvstore.spi.CachedEntry;
import dev.kvstore.spi.RawValue;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.function.BiConsumer;
import org.eclipse.jetty.http.DateGenerator;
import org.jspecify.annotations.Nullable;

/** Writes what is answered, in the format that the request likes best. Thread-safe. */
final class Answers {
  /** So that a reader which holds more keys than fit into memory is told, not the service ended. */
  private static final int MAX_BSON_BYTES = 64 * 1024 * 1024;

  private final JsonTranscoder transcoder;
  private final Load load;

  /** @param load lets what does not fit into memory at once be read as it is sent */
  Answers(JsonTranscoder transcoder, Load load) {
    this.transcoder = transcoder;
    this.load = load;
  }

  /** Writes a document. */
  interface Content {
    void writeTo(DocumentWriter out) throws IOException;
  }

  /** Answers with the value alone, as JSON, or that the reader has it already. */
  void held(Exchange exchange, CachedEntry held, KVEntry<RawValue> entry) throws IOException {
    EncodedEntry.of(held, entry, this, exchange).answer(exchange);
  }

  /** Answers with the value alone. */
  void value(Exchange exchange, Format format, KVEntry<RawValue> entry) throws IOException {
    metadataHeaders(exchange, entry.metadata());
    RawValue value = present(entry);
    if (format == Format.BSON) {
      ChunkedBuffer buffer = exchange.newAnswer();
      buffer.write(value.document());
      exchange.answer(200, format, buffer);
    } else {
      exchange.answer(200, format, toJson(exchange, value));
    }
  }

  /** Returns the value as JSON with a newline after it, so that a prompt is not on its line. */
  ChunkedBuffer toJson(Exchange exchange, RawValue value) throws IOException {
    return toJson(exchange, out -> out.value(value));
  }

  /** Answers with the entry and its value. */
  void entry(Exchange exchange, Format format, int status, KVEntry<RawValue> entry)
      throws IOException {
    metadataHeaders(exchange, entry.metadata());
    document(exchange, format, status, out -> writeEntry(out, entry.metadata(), entry.value()));
  }

  /** Answers with the entry without its value. */
  void metadata(Exchange exchange, Format format, int status, KVMetadata metadata)
      throws IOException {
    metadataHeaders(exchange, metadata);
    document(exchange, format, status, out -> writeEntry(out, metadata, null));
  }

  /** Answers with a document that is small enough to be in memory. */
  void document(Exchange exchange, Format format, int status, Content content) throws IOException {
    exchange.answer(
        status,
        format,
        format == Format.BSON ? toBson(exchange, content) : toJson(exchange, content));
  }

  /** Answers with a document that JSON sends while it is being written. */
  void stream(Exchange exchange, Format format, EntryDocument document) throws IOException {
    exchange.response().setStatus(200);
    exchange.response().setContentType(format.mediaType());
    exchange.tellPosition();
    if (format == Format.BSON) {
      // To its end even without room: whoever asks for too much would otherwise try again and
      // again.
      ChunkedBuffer whole = ChunkedBuffer.dropping(exchange.room()::takeOrCount);
      DocumentWriter out = new BsonDocumentWriter(whole, MAX_BSON_BYTES);
      while (document.writeTo(out)) {
        // until its end
      }
      exchange.room().requireCounted();
      exchange.answer(200, format, whole);
      return;
    }
    JsonParts parts = new JsonParts(document, transcoder, exchange.room());
    ChunkedBuffer first = parts.make();
    exchange.tellPosition();
    if (parts.isAll()) {
      exchange.send(first);
      return;
    }
    if (exchange.isHead()) {
      // Sent now, as the server would think that there is nothing to tell the length of.
      exchange.response().flushBuffer();
      return;
    }
    if (exchange.request().getProtocol().equals("HTTP/1.1")) {
      // In chunks even where the connection closes afterwards, or an end that came too early could
      // not be told from the end.
      exchange.header("Transfer-Encoding", "chunked");
    }
    Sending.made(exchange, parts, load);
  }

  /** Writes the entry as a document. */
  static void writeEntry(DocumentWriter out, KVMetadata metadata, @Nullable RawValue value)
      throws IOException {
    out.startDocument();
    out.name("key");
    out.text(metadata.key());
    if (value != null) {
      out.name("value");
      out.value(value);
    }
    out.name("version");
    out.number(metadata.version());
    out.name("etag");
    out.text(metadata.etag());
    out.name("createdAt");
    out.time(metadata.createdAt());
    out.name("updatedAt");
    out.time(metadata.updatedAt());
    out.name("updatedBy");
    if (metadata.updatedBy().isPresent()) {
      out.text(metadata.updatedBy().get());
    } else {
      out.nothing();
    }
    out.name("expiresAt");
    if (metadata.expiresAt().isPresent()) {
      out.time(metadata.expiresAt().get());
    } else {
      out.nothing();
    }
    out.endDocument();
  }

  /** Takes room for the answer with that value, where it is large. */
  void reserve(Exchange exchange, Format format, RawValue value) {
    if (Bodies.JSON_GROWTH * (long) value.size() <= ChunkedBuffer.CHUNK_BYTES) {
      return;
    }
    if (format == Format.BSON) {
      exchange.reserve(value.size());
    } else {
      exchange.reserve(jsonBytes(value));
    }
  }

  private int jsonBytes(RawValue value) {
    try {
      CountingOutput counted = new CountingOutput();
      writeJson(counted, out -> out.value(value));
      return counted.bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class CountingOutput extends OutputStream {
    private int bytes;

    @Override
    public void write(int b) {
      bytes++;
    }

    @Override
    public void write(byte[] written, int offset, int length) {
      bytes += length;
    }
  }

  /** Returns how many bytes the values of these entries have. */
  static long bytes(Collection<KVEntry<RawValue>> entries) {
    return entries.stream().mapToLong(entry -> present(entry).size()).sum();
  }

  /** Returns the value of an entry that was read with its value. */
  static RawValue present(KVEntry<RawValue> entry) {
    RawValue value = entry.value();
    if (value == null) {
      throw new IllegalStateException("Key '" + entry.key() + "' was read without its value");
    }
    return value;
  }

  /** Says which version the answer is about. */
  static void metadataHeaders(Exchange exchange, KVMetadata metadata) {
    metadataHeaders(metadata, exchange::header);
  }

  /** Names the headers that say which version an answer is about, and their values. */
  static void metadataHeaders(KVMetadata metadata, BiConsumer<String, String> headers) {
    headers.accept("ETag", '"' + metadata.etag() + '"');
    headers.accept(
        "Last-Modified", DateGenerator.formatDate(metadata.updatedAt().toEpochMilli()));
    headers.accept("KV-Version", Long.toString(metadata.version()));
    metadata.expiresAt().ifPresent(expiry -> headers.accept("KV-Expires-At", expiry.toString()));
  }

  private ChunkedBuffer toJson(Exchange exchange, Content content) throws IOException {
    ChunkedBuffer buffer = exchange.newAnswer();
    writeJson(buffer, content);
    return buffer;
  }

  private void writeJson(OutputStream to, Content content) throws IOException {
    try (JsonGenerator json = transcoder.factory().createGenerator(to)) {
      content.writeTo(new JsonDocumentWriter(json, transcoder));
      json.writeRaw('\n');
    }
  }

  private static ChunkedBuffer toBson(Exchange exchange, Content content) throws IOException {
    ChunkedBuffer buffer = exchange.newAnswer();
    content.writeTo(new BsonDocumentWriter(buffer, MAX_BSON_BYTES));
    return buffer;
  }
}
