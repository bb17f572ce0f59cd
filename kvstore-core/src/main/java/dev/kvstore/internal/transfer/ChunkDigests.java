package dev.kvstore.internal.transfer;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kvstore.KVEntry;
import dev.kvstore.internal.support.Sha256;
import dev.kvstore.spi.RawValue;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Digests, chunk by chunk, of the entries that an import finds and of its changes to them. */
final class ChunkDigests {
  private static final int BYTES = 16;

  private final List<String> chunks = new ArrayList<>();
  private MessageDigest chunk = Sha256.start();

  /** @param after null if the entry is deleted or unchanged */
  void add(String key, @Nullable KVEntry<RawValue> before, @Nullable RawValue after) {
    // Keys and etags contain no line feeds.
    chunk.update((key + '\n' + (before == null ? "" : before.etag()) + '\n').getBytes(UTF_8));
    if (after != null) {
      chunk.update(after.document());
    }
  }

  /** Ends a chunk and returns its number. */
  int end() {
    chunks.add(HexFormat.of().formatHex(chunk.digest(), 0, BYTES));
    chunk = Sha256.start();
    return chunks.size() - 1;
  }

  /** Returns true if both have this chunk with the same digest. */
  boolean isSame(int number, ChunkDigests other) {
    return number < other.chunks.size() && chunks.get(number).equals(other.chunks.get(number));
  }

  /** Returns the fingerprint of all chunks. */
  String fingerprint() {
    byte[] all = Sha256.of(String.join("\n", chunks).getBytes(UTF_8));
    return HexFormat.of().formatHex(all, 0, BYTES);
  }
}
