package dev.kvstore.internal.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.kvstore.ByteSize;
import dev.kvstore.KVDefault;
import dev.kvstore.KVType;
import dev.kvstore.TypeMismatchException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AbsentMembersTest {
  private final BsonCodec codec = BsonCodec.create();

  record Server(String host, int port, boolean secure, List<String> names) {}

  record Cluster(List<Server> servers, Map<String, Server> named) {}

  private <T> @Nullable T read(Object stored, KVType<T> type) {
    return codec.decode("key", codec.encode(stored), type);
  }

  private void assertRefused(Object stored, KVType<?> type, String place) {
    assertThatExceptionOfType(TypeMismatchException.class)
        .isThrownBy(() -> read(stored, type))
        .withMessageEndingWith("nothing is stored at '" + place
            + "': store it, or make it Optional or @Nullable or give it a @KVDefault");
  }

  @ParameterizedTest
  @ValueSource(strings = {"host", "port", "secure", "names"})
  void absentMember_ofARecord_isNamed(String name) {
    Map<String, Object> server =
        new java.util.HashMap<>(Map.of("host", "a", "port", 1, "secure", true, "names", List.of()));
    server.remove(name);

    assertRefused(server, KVType.of(Server.class), "/" + name);
    assertRefused(List.of(server), new KVType<List<Server>>() {}, "/0/" + name);
    assertRefused(
        Map.of("servers", List.of(), "named", Map.of("x", server)),
        KVType.of(Cluster.class),
        "/named/x/" + name);
    assertRefused(Map.of(), KVType.of(Server.class), "/host");
  }

  record Tolerant(
      @Nullable String host,
      Optional<Integer> port,
      OptionalInt limit,
      Optional<Server> next,
      @Nullable Integer retries) {}

  @Test
  void absentMember_thatMayBe_isNullOrEmpty() {
    assertThat(read(Map.of(), KVType.of(Tolerant.class)))
        .isEqualTo(
            new Tolerant(null, Optional.empty(), OptionalInt.empty(), Optional.empty(), null));
  }

  record Defaults(
      @KVDefault("3") int retries,
      @KVDefault("5s") Duration timeout,
      @KVDefault("DAYS") TimeUnit unit,
      @KVDefault("dark") String theme,
      @KVDefault("[a]") String literal,
      @KVDefault("[1, 2]") List<Integer> numbers,
      @KVDefault("10MiB") ByteSize size,
      @KVDefault("true") boolean secure,
      @KVDefault("7") Optional<Integer> maybe) {}

  @Test
  void absentMember_withADefault_isThat() {
    Defaults defaults = new Defaults(
        3,
        Duration.ofSeconds(5),
        TimeUnit.DAYS,
        "dark",
        "[a]",
        List.of(1, 2),
        ByteSize.parse("10MiB"),
        true,
        Optional.of(7));

    assertThat(read(Map.of(), KVType.of(Defaults.class))).isEqualTo(defaults);
    assertThat(read(List.of(Map.of()), new KVType<List<Defaults>>() {})).containsExactly(defaults);
    assertThat(read(defaults, KVType.of(Defaults.class))).isEqualTo(defaults);
  }

  record WrongDefault(@KVDefault("x") int number) {}

  @Test
  void wrongDefault_isNamedAsOne() {
    String place = "@KVDefault of " + WrongDefault.class.getTypeName() + ".number";
    assertThatExceptionOfType(TypeMismatchException.class)
        .isThrownBy(() -> read(Map.of(), KVType.of(WrongDefault.class)))
        .withMessageEndingWith(": " + place + " cannot be read as int");
    assertThatExceptionOfType(TypeMismatchException.class)
        .isThrownBy(() -> read(List.of(Map.of()), new KVType<List<WrongDefault>>() {}))
        .withMessageEndingWith(": " + place + " cannot be read as int");
  }

  record Names(String first, @Nullable String last) {}

  @Test
  void storedNull_isANull() {
    assertThat(read(new Names("a", null), KVType.of(Names.class))).isEqualTo(new Names("a", null));
    assertThat(read(Arrays.asList(new Names("a", null), null), new KVType<List<Names>>() {}))
        .isEqualTo(Arrays.asList(new Names("a", null), null));
  }

  static final class Created {
    final int number;
    final @Nullable String text;

    @JsonCreator
    Created(@JsonProperty("number") int number, @JsonProperty("text") @Nullable String text) {
      this.number = number;
      this.text = text;
    }
  }

  @Test
  void primitive_ofACreator_isNamed() {
    assertRefused(Map.of("text", "a"), KVType.of(Created.class), "/number");
    assertThat(read(Map.of("number", 1), KVType.of(Created.class)))
        .isNotNull()
        .extracting(created -> created.text)
        .isNull();
  }

  @JsonInclude(JsonInclude.Include.NON_DEFAULT)
  record Sparse(int number, @Nullable String text, boolean flag) {}

  record Sometimes(
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String text,
      @JsonIgnore String derived) {}

  record Part(int a) {}

  record Whole(@JsonUnwrapped Part part, int b) {}

  @Test
  void whatIsLeftOutWhenWritten_mayBeAbsent() {
    for (Record value :
        List.of(new Sparse(0, null, false), new Sparse(1, "a", true), new Sometimes(null, ""))) {
      Object back = codec.decode("key", codec.encode(value), KVType.of(value.getClass()));
      assertThat(back).hasToString(value.toString().replace("derived=", "derived=null"));
    }
    assertThat(read(new Whole(new Part(1), 2), KVType.of(Whole.class)))
        .isEqualTo(new Whole(new Part(1), 2));
  }

  record Empty() {}

  @Test
  void recordWithoutMembers_comesBackEqual() {
    assertThat(read(new Empty(), KVType.of(Empty.class))).isEqualTo(new Empty());
  }
}
