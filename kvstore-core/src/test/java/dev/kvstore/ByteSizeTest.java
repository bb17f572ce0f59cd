package dev.kvstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0, 0B",
    "1536, 1536, 1536B",
    "10B, 10, 10B",
    "2kB, 2000, 2kB",
    "2KB, 2000, 2kB",
    "2KiB, 2048, 2KiB",
    "10MB, 10000000, 10MB",
    "10MiB, 10485760, 10MiB",
    "1GB, 1000000000, 1GB",
    "1GiB, 1073741824, 1GiB",
    "3TB, 3000000000000, 3TB",
    "1TiB, 1099511627776, 1TiB",
    "9223372036854775807, 9223372036854775807, 9223372036854775807B",
  })
  void parse_readsUnits_andToStringWritesTheLargest(String text, long bytes, String canonical) {
    ByteSize size = ByteSize.parse(text);
    assertThat(size.bytes()).isEqualTo(bytes);
    assertThat(size).hasToString(canonical);
    assertThat(ByteSize.parse(size.toString())).isEqualTo(size);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1M", "1k", "1K", "1G", "1T", "1m"})
  void parse_refusesUnitsThatMayBeEither(String text) {
    String letter = text.substring(1).toUpperCase(java.util.Locale.ROOT);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ByteSize.parse(text))
        .withMessage("is ambiguous: write " + letter + "B for a power of 1000 or " + letter
            + "iB for a power of 1024");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "B",
        "MB",
        "-1",
        "-1MB",
        "+1",
        "1.5MB",
        "1 MB",
        " 1",
        "1Mb",
        "1mb",
        "1mib",
        "1MiB1",
        "1e6",
        "0x10",
        "٣",
        "9223372036854775808",
        "9223372036854775807kB",
        "8388608TiB",
        "lots"
      })
  void parse_refusesTheRest(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ByteSize.parse(text))
        .withMessageStartingWith("must be ");
  }

  @Test
  void parse_refusesHostileLengthAtOnce() {
    String digits = "1".repeat(1_000_000);
    assertThatIllegalArgumentException().isThrownBy(() -> ByteSize.parse(digits));
  }

  @Test
  void sizes_areOrderedByBytes() {
    assertThat(ByteSize.parse("1MiB")).isGreaterThan(ByteSize.parse("1MB"));
  }
}
