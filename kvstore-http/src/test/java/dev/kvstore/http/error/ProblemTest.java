package dev.kvstore.http.error;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.ErrorCode;
import java.util.Collections;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProblemTest {
  @Test
  void problemWithManyKeys_weighsWhatTheyTake() {
    Problem few = new Problem(ErrorKind.UNAVAILABLE, "Not all was written");
    Problem many = few.with("written", Collections.nCopies(1000, "k".repeat(500)));

    assertThat(few.bytes()).isLessThan(500);
    assertThat(many.bytes()).isGreaterThan(1000 * 500);
  }

  @ParameterizedTest
  @EnumSource
  void everyErrorOfTheStore_isAnsweredAsWhatItIs_orAsTheService(ErrorCode code) {
    assertThat(ErrorKind.of(code).code()).isIn(code.text(), "unavailable", "internal");
  }
}
