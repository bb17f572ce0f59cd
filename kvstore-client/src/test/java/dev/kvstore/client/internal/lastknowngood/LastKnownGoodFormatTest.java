package dev.kvstore.client.internal.lastknowngood;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.client.internal.lastknowngood.LastKnownGoodFormat.DamagedException;
import dev.kvstore.client.testing.MemoryStore;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LastKnownGoodFormatTest {
  private static final int CONTENT = 40;

  private final LastKnownGoodCopy snapshot = new LastKnownGoodCopy(
      List.of("http://127.0.0.1:7070", "https://b"),
      "settings",
      Instant.ofEpochMilli(1234567890123L),
      List.of(
          MemoryStore.entry("a", Map.of("x", List.of(1, 2.5, "three")), 7, null),
          MemoryStore.entry("ä/😀", null, 8, Instant.ofEpochMilli(99))));
  private final byte[] bytes = LastKnownGoodFormat.write(snapshot);

  private static void isDamaged(byte[] damaged) {
    assertThatThrownBy(() -> LastKnownGoodFormat.read(damaged))
        .isInstanceOf(DamagedException.class);
  }

  /** Returns the damaged bytes with a matching checksum. */
  private static byte[] withChecksum(byte[] damaged) throws NoSuchAlgorithmException {
    MessageDigest sha = MessageDigest.getInstance("SHA-256");
    sha.update(damaged, CONTENT, damaged.length - CONTENT);
    System.arraycopy(sha.digest(), 0, damaged, 8, 32);
    return damaged;
  }

  @Test
  void written_isReadAsItWas() throws Exception {
    assertThat(LastKnownGoodFormat.read(bytes)).isEqualTo(snapshot);
  }

  @Test
  void cutOff_anywhere_isDamaged() throws Exception {
    for (int length = 0; length < bytes.length; length++) {
      isDamaged(Arrays.copyOf(bytes, length));
      if (length >= CONTENT) {
        isDamaged(withChecksum(Arrays.copyOf(bytes, length)));
      }
    }
    isDamaged(Arrays.copyOf(bytes, bytes.length + 1));
    isDamaged(withChecksum(Arrays.copyOf(bytes, bytes.length + 1)));
  }

  @Test
  void anyBit_flipped_isDamaged() {
    for (int bit = 0; bit < bytes.length * 8; bit++) {
      byte[] flipped = bytes.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      isDamaged(flipped);
    }
  }

  /** The result may be any valid copy, but damage must be reported or the copy complete. */
  @Test
  void anyBit_flippedUnderAFittingChecksum_isDamagedOrReadable() throws Exception {
    int damaged = 0;
    for (int bit = CONTENT * 8; bit < bytes.length * 8; bit++) {
      byte[] flipped = bytes.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      try {
        assertThat(LastKnownGoodFormat.read(withChecksum(flipped)).entries()).hasSizeLessThan(3);
      } catch (DamagedException e) {
        damaged++;
      }
    }
    assertThat(damaged).isPositive();
  }

  @Test
  void length_beyondTheEnd_isDamaged_andTakesNoMemory() throws Exception {
    byte[] huge = bytes.clone();
    huge[CONTENT + 3] = 0x7F;
    isDamaged(withChecksum(huge));
    huge[CONTENT + 3] = (byte) 0x80;
    isDamaged(withChecksum(huge));
  }

  @Test
  void noise_isDamaged() {
    Random random = new Random(7);
    for (int i = 0; i < 1000; i++) {
      byte[] noise = new byte[random.nextInt(200)];
      random.nextBytes(noise);
      isDamaged(noise);
    }
  }

  @Test
  void snapshot_isOfItsStoreAtAnyOfItsAddresses() {
    assertThat(snapshot.isOf(List.of("http://other", "https://b"), "settings")).isTrue();
    assertThat(snapshot.isOf(List.of("https://b"), "other")).isFalse();
    assertThat(snapshot.isOf(List.of("https://other"), "settings")).isFalse();
  }
}
