package dev.kvstore.internal.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.annotation.JsonCreator;
import dev.kvstore.KVType;
import dev.kvstore.TypeMismatchException;
import dev.kvstore.ValidationFailedException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.bson.BsonBinary;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RefusalsTest {
  private final BsonCodec codec = BsonCodec.create();

  record Limit(int number, Duration pause, String name) {
    Limit {
      switch (number) {
        case 0 -> throw new IllegalArgumentException("must be positive");
        case 1 -> throw new IllegalArgumentException("bad name " + name);
        case 2 -> throw new IllegalArgumentException("too long: " + pause);
        case 3 -> throw new IllegalArgumentException("not " + number);
        case 4 -> throw new ValidationFailedException("name", List.of("must not be blank"));
        default -> {
          // valid
        }
      }
    }
  }

  record Percent(int value) {
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static Percent of(String text) {
      if (text.isEmpty()) {
        throw new IllegalArgumentException("a percentage ends with %");
      }
      return new Percent(Integer.parseInt(text.replace("%", "")));
    }
  }

  private void assertRefused(Object stored, KVType<?> type, String end) {
    assertThatExceptionOfType(TypeMismatchException.class)
        .isThrownBy(() -> codec.decode("key", codec.encode(stored), type))
        .withMessageEndingWith(end);
  }

  private static Map<String, Object> limit(int number) {
    return Map.of("number", number, "pause", "1h30m", "name", "hunter2-hunter2");
  }

  @Test
  void message_withoutAValue_isShown() {
    KVType<Limit> type = KVType.of(Limit.class);
    assertRefused(limit(0), type, ": it was refused: must be positive");
    assertRefused(limit(4), type, ": it was refused: The value for key 'name' must not be blank");
    assertRefused(
        List.of(limit(5), limit(0)),
        new KVType<List<Limit>>() {},
        ": document at '/1' was refused: must be positive");
    assertRefused("", KVType.of(Percent.class), ": it was refused: a percentage ends with %");
  }

  @ParameterizedTest
  @CsvSource({"3, 16", "4, 16", "4, 2"})
  void message_besideABinary_isShown(byte subType, int length) {
    BsonBinary binary = new BsonBinary(subType, new byte[length]);
    assertThat(Refusals.reason(new IllegalArgumentException("bad"), List.of(binary)))
        .isEqualTo(": bad");
  }

  @Test
  void message_withAValue_isNot() {
    for (int number = 1; number <= 3; number++) {
      assertRefused(
          limit(number),
          KVType.of(Limit.class),
          ": it was refused with java.lang.IllegalArgumentException");
    }
    assertRefused(
        "s3cret",
        KVType.of(Percent.class),
        ": it was refused with java.lang.NumberFormatException");
  }
}
