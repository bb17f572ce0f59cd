package dev.kvstore.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.junit.jupiter.api.Test;

/** Bodies that lines, proxies or foes have changed. */
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
      for (int b = 0; b < 256; b++) {
        byte[] changed = PAGE.clone();
        changed[index] = (byte) b;
        try {
          WireReader.entries(changed);
        } catch (MalformedAnswerException e) {
          assertThat(e).hasMessageNotContaining("secret");
          malformed++;
        }
      }
    }
    assertThat(malformed).isGreaterThan(PAGE.length * 100);
  }

  @Test
  void entries_lengthOfAnInnerDocumentTooLarge_isMalformed() {
    byte[] changed = PAGE.clone();
    changed[indexOf("value") + "value".length() + 1]++;
    assertThatThrownBy(() -> WireReader.entries(changed))
        .isInstanceOf(MalformedAnswerException.class);
  }

  private static int indexOf(String name) {
    return new String(PAGE, StandardCharsets.ISO_8859_1).indexOf(name);
  }
}
