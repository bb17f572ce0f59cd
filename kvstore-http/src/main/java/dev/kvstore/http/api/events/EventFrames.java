package dev.kvstore.http.api.events;

import com.fasterxml.jackson.core.JsonGenerator;
import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.kvstore.KVChange.Kind;
import dev.kvstore.KVEntry;
import dev.kvstore.ReadOptions;
import dev.kvstore.SyncToken;
import dev.kvstore.http.wire.ResponseWriter;
import dev.kvstore.internal.bson.JsonTranscoder;
import dev.kvstore.spi.Change;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.RawValue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Encodes events for sending. Those with a value are cached for a while, because many streams want
 * the same one and it should be read once. Thread-safe.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">Server-sent
 *     events</a>
 */
public final class EventFrames {
  private static final long KEPT_BYTES = 16 * 1024 * 1024;

  /** The approximate overhead of an event besides its bytes. */
  private static final int OVERHEAD = 256;

  private static final byte[] COMMENT = ":\n\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] RESET =
      "event: reset\ndata: {}\n\n".getBytes(StandardCharsets.US_ASCII);

  private final JsonTranscoder transcoder;
  private final Executor readers;
  private final AsyncCache<Wanted, byte[]> kept;

  private record Wanted(String store, Change change) {}

  private interface Content {
    void writeTo(JsonGenerator json) throws IOException;
  }

  /** @param readers threads for reading values, which may block */
  public EventFrames(JsonTranscoder transcoder, Executor readers) {
    this.transcoder = transcoder;
    this.readers = readers;
    this.kept = Caffeine.newBuilder()
        .executor(Runnable::run)
        .maximumWeight(KEPT_BYTES)
        .weigher((Wanted wanted, byte[] frame) -> frame.length + OVERHEAD)
        .buildAsync();
  }

  /** Returns a heartbeat. */
  byte[] comment() {
    return COMMENT.clone();
  }

  /**
   * Returns a heartbeat with the position at which a next stream can resume.
   *
   * @param current the time up to which everything was reported, in milliseconds since the request
   *     of the stream; negative if unknown
   */
  byte[] comment(long position, long current) {
    String proof = current < 0 ? ":\n" : ": current " + current + "\n";
    return (proof + id(position) + "\n").getBytes(StandardCharsets.US_ASCII);
  }

  byte[] reset() {
    return RESET.clone();
  }

  byte[] ready(long position) {
    return frame(
        position,
        "ready",
        json -> json.writeStringField("syncToken", new SyncToken(position).toString()));
  }

  byte[] changed(Change change) {
    return frame(change, null);
  }

  /**
   * Like {@link #changed}, with the current value of the key, which is that of the change or a
   * later one; without a value if the entry no longer exists.
   */
  CompletableFuture<byte[]> changedWithValue(EntryStore store, Change change) {
    if (change.kind() != Kind.SET) {
      return CompletableFuture.completedFuture(changed(change));
    }
    return kept.get(
        new Wanted(store.name(), change),
        (wanted, executor) ->
            CompletableFuture.supplyAsync(() -> read(store, wanted.change), readers));
  }

  private byte[] read(EntryStore store, Change change) {
    ReadOptions fresh = ReadOptions.atLeast(new SyncToken(change.position()));
    // Without positions it is unknown if a cache has received the change, so bypass it.
    ReadOptions options = change.position() == 0 ? fresh.bypassingCache() : fresh;
    Optional<KVEntry<RawValue>> entry = store.find(change.key(), options);
    return frame(change, entry.map(ResponseWriter::present).orElse(null));
  }

  private byte[] frame(Change change, @Nullable RawValue value) {
    long version = change.version() == Change.UNKNOWN_VERSION ? 0 : change.version();
    return frame(change.position(), change.kind().name().toLowerCase(Locale.ROOT), json -> {
      json.writeStringField("key", change.key());
      if (value != null) {
        json.writeFieldName("value");
        transcoder.write(value, json);
      }
      json.writeNumberField("version", version);
      json.writeStringField("etag", change.etag());
      json.writeStringField("syncToken", new SyncToken(change.position()).toString());
    });
  }

  private byte[] frame(long position, String event, Content content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    bytes.writeBytes(
        (id(position) + "event: " + event + "\ndata: ").getBytes(StandardCharsets.US_ASCII));
    try (JsonGenerator json = transcoder.factory().createGenerator(bytes)) {
      json.writeStartObject();
      content.writeTo(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    bytes.write('\n');
    bytes.write('\n');
    return bytes.toByteArray();
  }

  /** Returns the id line; empty without a position, at which no stream could resume. */
  private static String id(long position) {
    return position == 0 ? "" : "id: " + new SyncToken(position) + "\n";
  }
}
