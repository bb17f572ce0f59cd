package dev.kvstore.client.internal.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.client.testing.Bodies;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests bodies that were changed by networks, proxies or attackers. */
class WireReaderTest {
  private static final byte[] PAGE = Bodies.bytes(new BsonDocument(
          "items",
          new BsonArray(
              List.of(Bodies.entry("k", new BsonDocument("a", new BsonString("the secret"))))))
      .append("next", new BsonString("k")));

  @Test
  void entries_cutAnywhere_isMalformed() {
    assertThat(WireReader.entries(PAGE).items()).hasSize(1);
    for (int length = 0; length < PAGE.length; length++) {
      byte[] cut = Arrays.copyOf(PAGE, length);
      assertThatThrownBy(() -> WireReader.entries(cut))
          .as("cut after %d bytes", length)
          .isInstanceOf(MalformedAnswerException.class)
          .hasMessageNotContaining("secret");
    }
  }

  @Test
  void entries_anyByteChanged_isReadOrMalformedAndNothingElse() {
    int malformed = 0;
    for (int index = 0; index < PAGE.length; index++) {
      for (byte b : new byte[] {0, 1, 2, 3, 4, 5, 10, 15, 16, 18, 'k', 127, -1, -128}) {
        byte[] changed = PAGE.clone();
        changed[index] = b;
        try {
          WireReader.entries(changed);
        } catch (MalformedAnswerException e) {
          assertThat(e).hasMessageNotContaining("secret");
          malformed++;
        }
      }
    }
    assertThat(malformed).isGreaterThan(PAGE.length * 5);
  }

  @Test
  void entries_lengthOfAnInnerDocumentTooLarge_isMalformed() {
    byte[] changed = PAGE.clone();
    changed[indexOf("value") + "value".length() + 1]++;
    assertThatThrownBy(() -> WireReader.entries(changed))
        .isInstanceOf(MalformedAnswerException.class);
  }

  @Test
  void entries_garbageInsideAValue_isMalformed() {
    byte[] changed = PAGE.clone();
    changed[indexOf("the secret")] = (byte) 0xFF;
    assertThatThrownBy(() -> WireReader.entries(changed))
        .isInstanceOf(MalformedAnswerException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a\u001b[31mb", "a//b", "../b"})
  void keyThatIsNone_isMalformed(String key) {
    byte[] entry = page(Bodies.entry(key, new BsonString("v")), "k");
    assertMalformed(() -> WireReader.entries(entry));
    assertMalformed(() -> WireReader.metadatas(entry));
    assertMalformed(() -> WireReader.metadatas(page(Bodies.metadata("k"), key)));
    assertMalformed(() -> WireReader.keys(page(new BsonString(key), "k")));
    assertMalformed(() -> WireReader.stores(page(
        new BsonDocument("name", new BsonString(key)).append("entries", new BsonInt32(1)), "k")));
  }

  private static byte[] page(BsonValue item, String next) {
    return Bodies.bytes(new BsonDocument("items", new BsonArray(List.of(item)))
        .append("next", new BsonString(next)));
  }

  private static void assertMalformed(ThrowingCallable reading) {
    assertThatThrownBy(reading)
        .isInstanceOf(MalformedAnswerException.class)
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\u001b"));
  }

  private static int indexOf(String name) {
    return new String(PAGE, StandardCharsets.ISO_8859_1).indexOf(name);
  }
}
