package dev.kvstore.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.kvstore.KVEntry;
import dev.kvstore.KVMetadata;
import dev.kvstore.bson.JsonTranscoder;
import dev.kvstore.spi.HeldEntry;
import dev.kvstore.spi.RawValue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
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
  void held(Exchange exchange, HeldEntry held, KVEntry<RawValue> entry) throws IOException {
    EncodedEntry.of(held, entry, transcoder).answer(exchange);
  }

  /** Answers with the value alone. */
  void value(Exchange exchange, Format format, KVEntry<RawValue> entry) throws IOException {
    metadataHeaders(exchange, entry.metadata());
    RawValue value = present(entry);
    exchange.answer(
        200,
        format,
        format == Format.BSON ? value.toByteArray() : Format.withNewline(transcoder.toJson(value)));
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
    if (format == Format.BSON) {
      exchange.answer(status, format, toBson(exchange, content));
    } else {
      exchange.answer(status, format, toJson(content));
    }
  }

  /** Answers with a document that JSON sends while it is being written. */
  void stream(Exchange exchange, Format format, EntryDocument document) throws IOException {
    exchange.response().setStatus(200);
    exchange.response().setContentType(format.mediaType());
    exchange.tellPosition();
    if (exchange.isHead()) {
      // Sent now, as the server would think that there is nothing to tell the length of.
      exchange.response().flushBuffer();
      return;
    }
    if (format == Format.BSON) {
      exchange.answer(200, format, toBson(exchange, out -> {
        while (document.writeTo(out)) {
          // until its end
        }
      }));
      return;
    }
    JsonParts parts = new JsonParts(document, transcoder);
    ByteBuffer first = Objects.requireNonNull(parts.next());
    exchange.tellPosition();
    if (parts.isAll()) {
      byte[] all = new byte[first.remaining()];
      first.get(all);
      exchange.send(all);
      return;
    }
    if (exchange.request().getProtocol().equals("HTTP/1.1")) {
      // In chunks even where the connection closes afterwards, or an end that came too early could
      // not be told from the end.
      exchange.header("Transfer-Encoding", "chunked");
    }
    Sending.made(exchange, parts.startingWith(first), load);
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
    if (metadata.updatedBy() == null) {
      out.nothing();
    } else {
      out.text(metadata.updatedBy());
    }
    out.name("expiresAt");
    if (metadata.expiresAt() == null) {
      out.nothing();
    } else {
      out.time(metadata.expiresAt());
    }
    out.endDocument();
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
    if (metadata.expiresAt() != null) {
      headers.accept("KV-Expires-At", metadata.expiresAt().toString());
    }
  }

  private byte[] toJson(Content content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    try (JsonGenerator json = transcoder.factory().createGenerator(bytes)) {
      content.writeTo(new JsonDocumentWriter(json, transcoder));
      json.writeRaw('\n');
    }
    return bytes.toByteArray();
  }

  private static ChunkedBuffer toBson(Exchange exchange, Content content) throws IOException {
    ChunkedBuffer buffer = exchange.newAnswer();
    content.writeTo(new BsonDocumentWriter(buffer, MAX_BSON_BYTES));
    return buffer;
  }
}
