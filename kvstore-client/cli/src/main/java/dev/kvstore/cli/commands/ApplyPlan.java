package dev.kvstore.cli.commands;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kvstore.KVEntry;
import dev.kvstore.internal.support.Sha256;
import dev.kvstore.internal.transfer.Values;
import dev.kvstore.spi.RawValue;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Decides which of the selected entries are to be changed, and counts them. Not thread-safe. */
final class ApplyPlan {
  private static final int FINGERPRINT_BYTES = 16;

  private final EntryChange change;
  private final MessageDigest digest = Sha256.start();
  private long changed;
  private long unchanged;
  private long absent;

  ApplyPlan(EntryChange change) {
    this.change = change;
    RawValue value = change.value();
    digest.update((change.operation().text() + '\n').getBytes(UTF_8));
    if (value != null) {
      digest.update(value.document());
    }
  }

  /**
   * Adds an entry, and returns true if there is something to be done.
   *
   * @param entry null if there is none, which is an error except for a deletion
   */
  boolean add(String key, @Nullable KVEntry<RawValue> entry) {
    boolean isDue = entry == null ? !change.isDeletion() : isNeeded(entry);
    if (!isDue) {
      unchanged++;
      return false;
    }
    if (entry == null) {
      absent++;
    } else {
      changed++;
    }
    // No key and no etag has a line feed.
    digest.update((key + '\n' + (entry == null ? "" : entry.etag()) + '\n').getBytes(UTF_8));
    return true;
  }

  private boolean isNeeded(KVEntry<RawValue> entry) {
    RawValue after = change.after(entry);
    return after == null || !Values.same(Values.of(entry), after);
  }

  /** Returns a text that stands for these entries as they are, and what becomes of them. */
  String fingerprint() {
    return HexFormat.of().formatHex(digest.digest(), 0, FINGERPRINT_BYTES);
  }

  long changed() {
    return changed;
  }

  long unchanged() {
    return unchanged;
  }

  long absent() {
    return absent;
  }
}
