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
 * Events as they are sent. Those that hold a value are kept for a while: the streams that want one
 * are many, and it is read once. Thread-safe.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">Server-sent
 *     events</a>
 */
public final class EventFrames {
  private static final long KEPT_BYTES = 16 * 1024 * 1024;

  /** About what an event takes beside its bytes. */
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

  /** @param readers read values, which takes time */
  public EventFrames(JsonTranscoder transcoder, Executor readers) {
    this.transcoder = transcoder;
    this.readers = readers;
    this.kept = Caffeine.newBuilder()
        .executor(Runnable::run)
        .maximumWeight(KEPT_BYTES)
        .weigher((Wanted wanted, byte[] frame) -> frame.length + OVERHEAD)
        .buildAsync();
  }

  /** That the stream is alive. */
  byte[] comment() {
    return COMMENT.clone();
  }

  /**
   * That the stream is alive, and that a next one can begin here.
   *
   * @param current everything was told up to then, in milliseconds since the stream was asked for;
   *     negative where that is not known
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
   * The same with the value that the key has now, which is that of the change or of a later one; or
   * without, where the entry is gone by now.
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
    // Where there are no positions, nobody can tell what a cache has heard of.
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

  /** A stream cannot go on at a position that there is not. */
  private static String id(long position) {
    return position == 0 ? "" : "id: " + new SyncToken(position) + "\n";
  }
}
