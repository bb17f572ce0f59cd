package dev.kvstore.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.annotation.JsonCreator;
import dev.kvstore.BindOptions;
import dev.kvstore.BindingFailedException;
import dev.kvstore.ByteSize;
import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVDefault;
import dev.kvstore.KVName;
import dev.kvstore.KVProblem;
import dev.kvstore.KVStore;
import dev.kvstore.ValidationFailedException;
import dev.kvstore.Validators;
import dev.kvstore.sqlite.SqliteKVStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BindingTypesTest {
  private KVStore store;

  @BeforeEach
  void open(@TempDir Path folder) {
    store = SqliteKVStore.open(folder.resolve("bind.db"), "settings");
  }

  @AfterEach
  void close() {
    store.close();
  }

  private <T> T bound(String prefix, Class<T> type) {
    return bound(prefix, type, BindOptions.none());
  }

  private <T> T bound(String prefix, Class<T> type, BindOptions<T> options) {
    return store.bind(prefix, type, options).current();
  }

  private <T> List<String> problems(Class<T> type) {
    return problems(type, BindOptions.none());
  }

  private <T> List<String> problems(Class<T> type, BindOptions<T> options) {
    BindingFailedException failure = Objects.requireNonNull(
        catchThrowableOfType(BindingFailedException.class, () -> store.bind("p", type, options)));
    assertThat(failure.code()).isEqualTo(ErrorCode.VALIDATION_FAILED);
    assertThat(failure.prefix()).isEqualTo("p");
    failure
        .problems()
        .forEach(problem -> assertThat(failure).hasMessageContaining(problem.message()));
    return failure.problems().stream().map(KVProblem::message).toList();
  }

  record Leaf(String text) {}

  record Nested1(Leaf leaf) {}

  record Nullables(@Nullable String text, @Nullable Leaf leaf, OptionalInt number) {}

  @Nested
  class Records {
    record Types(TimeUnit unit, Duration time, Map<String, List<Integer>> map, UUID id) {}

    @Test
    void types_areThoseOfGet() {
      store.setMany(Map.of(
          "p.unit",
          TimeUnit.HOURS,
          "p.time",
          Duration.ofMillis(1500),
          "p.map",
          Map.of("a", List.of(1, 2)),
          "p.id",
          new UUID(1, 2)));
      Types types = bound("p", Types.class);
      assertThat(types.unit()).isEqualTo(TimeUnit.HOURS);
      assertThat(types.time()).isEqualTo(Duration.ofMillis(1500));
      assertThat(types.map()).isEqualTo(Map.of("a", List.of(1, 2)));
      assertThat(types.id()).isEqualTo(new UUID(1, 2));
    }

    record Units(Duration pause, Duration week, ByteSize limit, ByteSize bytes) {}

    @Test
    void durationsAndSizes_areSpelledAsInOptions() {
      store.setMany(
          Map.of("p.pause", "1h30m", "p.week", "P1W", "p.limit", "10MiB", "p.bytes", 1_000_000));
      assertThat(bound("p", Units.class))
          .isEqualTo(new Units(
              Duration.ofMinutes(90),
              Duration.ofDays(7),
              new ByteSize(10 << 20),
              ByteSize.parse("1MB")));
      store.setMany(Map.of("p.pause", "90", "p.limit", "1M", "p.bytes", -1));
      assertThat(problems(Units.class)).hasSize(3);
    }

    @Test
    void size_isStoredAsText() {
      store.set("k", new ByteSize(10 << 20));
      assertThat(store.get("k", String.class)).isEqualTo("10MiB");
      assertThat(store.get("k", ByteSize.class)).isEqualTo(new ByteSize(10 << 20));
    }

    @Test
    void absent_whereThatMayBe_isNullOrEmpty() {
      assertThat(bound("p", Nullables.class))
          .isEqualTo(new Nullables(null, null, OptionalInt.empty()));
    }

    @Test
    void storedNull_isNullOrAProblem() {
      Map<String, Object> nulls = new HashMap<>();
      nulls.put("p.text", null);
      nulls.put("p.leaf", null);
      nulls.put("p.number", null);
      store.setMany(nulls);
      assertThat(bound("p", Nullables.class))
          .isEqualTo(new Nullables(null, null, OptionalInt.empty()));
      assertThat(problems(Leaf.class))
          .containsExactly("Key 'p.text' holds null, which cannot be read as java.lang.String:"
              + " what is bound to it is neither Optional nor @Nullable");
      assertThat(problems(Nested1.class)).singleElement().asString().contains("Key 'p.leaf' holds");
    }

    @Test
    void nested_withoutAnything_saysWhatIsMissing() {
      assertThat(problems(Nested1.class))
          .containsExactly("Key 'p.leaf.text' is absent and has no default");
    }

    record Itself(int depth, Optional<Itself> inner) {}

    @Test
    void typeWithinItself_isReadAsOneValue() {
      store.set("p.depth", 1);
      store.set("p.inner", new Itself(2, Optional.of(new Itself(3, Optional.empty()))));
      assertThat(bound("p", Itself.class)
              .inner()
              .orElseThrow()
              .inner()
              .orElseThrow()
              .depth())
          .isEqualTo(3);
    }

    record Percent(int value) {
      @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
      static Percent of(String text) {
        return new Percent(Integer.parseInt(text.replace("%", "")));
      }
    }

    record Shares(Percent mine) {}

    @Test
    void nestedRecord_thatIsReadFromAScalar_isThatValue() {
      store.set("p.mine", "40%");
      assertThat(bound("p", Shares.class).mine().value()).isEqualTo(40);
    }

    record Slash(@KVName("max-size") int maxSize, Leaf leaf) {}

    @Test
    void prefix_withASlash_separatesBySlashes() {
      store.setMany(Map.of("a/b/max-size", 1, "a/b/leaf/text", "x"));
      assertThat(bound("a/b/", Slash.class)).isEqualTo(new Slash(1, new Leaf("x")));
    }

    @Test
    void prefix_empty_isTheWholeStore() {
      store.set("leaf.text", "x");
      assertThat(bound("", Nested1.class)).isEqualTo(new Nested1(new Leaf("x")));
    }

    @Test
    void member_thatTheTypeDoesNotHave_isAProblem_butAKeyIsNot() {
      store.set("p.text", "x");
      store.set("p.newer", "y");
      assertThat(bound("p", Leaf.class)).isEqualTo(new Leaf("x"));
      store.set("p", Map.of("text", "z", "te\nxt", 1));
      assertThat(problems(Leaf.class))
          .containsExactly("Key 'p' holds document, which cannot be read as "
              + Leaf.class.getTypeName() + ": the type has no member 'te\uFFFDxt'");
    }

    @Test
    void document_ofTheWrongType_namesTheSettingAndTheDocument() {
      store.set("p", Map.of("leaf", Map.of("text", 7)));
      assertThat(problems(Nested1.class))
          .containsExactly("Key 'p.leaf.text' holds int32, which cannot be read as"
              + " java.lang.String (in the document under key 'p')");
      store.set("p", "scalar");
      assertThat(problems(Leaf.class))
          .contains("Key 'p' holds string, which cannot be read as " + Leaf.class.getTypeName());
    }

    record Guarded(String secret, int port) {
      Guarded {
        if (port > 9) {
          throw new IllegalArgumentException("secret is " + secret);
        }
        if (port > 5) {
          throw new ValidationFailedException("port", List.of("must be at most 5"));
        }
      }
    }

    record Guards(Guarded guarded, int missing) {}

    @Test
    void constructor_thatRefuses_isOneOfTheProblems_withoutItsMessage() {
      store.setMany(Map.of("p.guarded.secret", "s3cret", "p.guarded.port", 10));
      assertThat(problems(Guards.class))
          .containsExactly(
              "The constructor refuses 'p.guarded' with java.lang.IllegalArgumentException",
              "Key 'p.missing' is absent and has no default");
      store.set("p.guarded.port", 6);
      assertThat(problems(Guards.class))
          .first()
          .isEqualTo("The value for key 'port' must be at most 5");
    }
  }

  @Nested
  class Defaults {
    record Inner(@KVDefault("1") int a, @KVDefault("2") int b) {}

    record Outer(
        @KVDefault("{\"a\": 7}") Inner inner,
        @KVDefault("\"x\"") Optional<String> text) {}

    @Test
    void annotations_count_whereNothingElseSaysSomething() {
      assertThat(bound("p", Outer.class)).isEqualTo(new Outer(new Inner(7, 2), Optional.of("x")));
      store.set("p.inner.b", 8);
      assertThat(bound("p", Outer.class).inner()).isEqualTo(new Inner(7, 8));
      Outer defaults = new Outer(new Inner(5, 6), Optional.empty());
      assertThat(bound("p", Outer.class, BindOptions.defaults(defaults)))
          .isEqualTo(new Outer(new Inner(5, 8), Optional.empty()));
    }

    @Test
    void instance_nullInIt_isLeftToOthers() {
      Nullables none = new Nullables(null, null, OptionalInt.of(3));
      store.set("p.leaf.text", "x");
      assertThat(bound("p", Nullables.class, BindOptions.defaults(none)))
          .isEqualTo(new Nullables(null, new Leaf("x"), OptionalInt.of(3)));
    }

    record NoJson(@KVDefault("PT5S") Duration time) {}

    record Unfit(@KVDefault("\"x\"") int number) {}

    @Test
    void annotation_thatDoesNotFit_isTheCallersMistake() {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> store.bind("p", NoJson.class))
          .withMessageContaining("NoJson.time is no JSON value, in which text has quotes");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> store.bind("p", Unfit.class))
          .withMessageContaining("Unfit.number does not fit");
    }
  }

  @Nested
  class Rules {
    record Numbers(int a, Optional<Integer> b, Leaf leaf) {}

    private final BindOptions<Numbers> options = BindOptions.<Numbers>none()
        .validatedBy("a", Integer.class, Validators.range(1, 5))
        .validatedBy("b", Number.class, Validators.that(n -> n.intValue() > 1, "must be above 1"))
        .validatedBy("leaf.text", String.class, Validators.notBlank())
        .validatedBy(Validators.that(n -> n.a() != 3, "must not be three"));

    @Test
    void broken_areAllTold() {
      store.setMany(Map.of("p.a", 6, "p.b", 1, "p.leaf.text", " "));
      assertThat(problems(Numbers.class, options))
          .containsExactly(
              "The value for key 'p.a' must be from 1 to 5",
              "The value for key 'p.b' must be above 1",
              "The value for key 'p.leaf.text' must not be blank");
      store.setMany(Map.of("p.a", 3, "p.b", 2, "p.leaf.text", "x"));
      assertThat(problems(Numbers.class, options))
          .containsExactly("The settings 'p' must not be three");
    }

    @Test
    void rule_thatFails_isAProblem() {
      store.setMany(Map.of("p.a", 1, "p.leaf.text", "x"));
      assertThat(problems(
              Numbers.class, BindOptions.<Numbers>none().validatedBy("a", Integer.class, a -> {
                throw new IllegalStateException("value " + a);
              })))
          .containsExactly("The rule for key 'p.a' failed with java.lang.IllegalStateException");
    }

    @Test
    void rule_forNothing_isTheCallersMistake() {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> bound(
              "p",
              Leaf.class,
              BindOptions.<Leaf>none().validatedBy("no", String.class, t -> Optional.empty())));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> bound(
              "p",
              Leaf.class,
              BindOptions.<Leaf>none().validatedBy("text", Integer.class, t -> Optional.empty())));
    }
  }

  interface Database {
    String getUrl();

    boolean isReadOnly();

    default int poolSize() {
      return 4;
    }

    default int maximumWaiting() {
      return poolSize() * 10;
    }

    Optional<Leaf> leaf();

    Retry retry();

    default String describe(String prefix) {
      return prefix + poolSize();
    }

    interface Retry {
      @KVDefault("3")
      int times();
    }
  }

  @Nested
  class Interfaces {
    private Database database() {
      store.setMany(Map.of("p.url", "jdbc:x", "p.readOnly", true));
      return bound("p", Database.class);
    }

    @Test
    void interface_isBound_withDefaultMethodsAsDefaults() {
      Database database = database();
      assertThat(database.getUrl()).isEqualTo("jdbc:x");
      assertThat(database.isReadOnly()).isTrue();
      assertThat(database.poolSize()).isEqualTo(4);
      assertThat(database.maximumWaiting()).isEqualTo(40);
      assertThat(database.leaf()).isEmpty();
      assertThat(database.retry().times()).isEqualTo(3);
      assertThat(database.describe("size ")).isEqualTo("size 4");

      store.setMany(Map.of("p.poolSize", 5, "p.leaf.text", "x", "p.retry.times", 1));
      Database changed = bound("p", Database.class);
      assertThat(changed.maximumWaiting()).isEqualTo(50);
      assertThat(changed.leaf()).contains(new Leaf("x"));
      assertThat(changed.retry().times()).isEqualTo(1);
    }

    @Test
    void object_isAValue_andShowsNone() {
      Database database = database();
      assertThat(database).isEqualTo(database()).hasSameHashCodeAs(database());
      assertThat(database.toString()).startsWith("Database[").doesNotContain("jdbc:x");
      store.set("p.url", "jdbc:y");
      assertThat(bound("p", Database.class)).isNotEqualTo(database).isNotEqualTo("x");
    }

    @Test
    void defaults_canBeAnInstanceOfOnesOwn() {
      Database other = database();
      store.delete("p.url");
      assertThat(bound("p", Database.class, BindOptions.defaults(other))).isEqualTo(other);
    }

    interface Broken {
      default int number() {
        throw new IllegalStateException("a bug");
      }
    }

    @Test
    void defaultMethod_thatFails_isAProblem() {
      assertThat(problems(Broken.class))
          .containsExactly(
              "The default of key 'p.number' failed with java.lang.IllegalStateException");
    }
  }

  @Nested
  class Unbindable {
    record Generic<T>(T value) {}

    record Empty() {}

    interface Verb {
      void run();
    }

    interface Twice {
      int getSize();

      int size();
    }

    @Test
    void types_thatAreNoSettings_areTheCallersMistake() {
      for (Class<?> type : List.of(
          String.class,
          Generic.class,
          Empty.class,
          Verb.class,
          Twice.class,
          List.class,
          int.class)) {
        assertThatIllegalArgumentException()
            .as(type.getName())
            .isThrownBy(() -> store.bind("p", type));
      }
    }

    record Illegal(@KVName("a//b") int value) {}

    @Test
    void illegalKeys_areRefused() {
      assertThat(catchThrowableOfType(
              InvalidInputException.class, () -> store.bind("p", Illegal.class)))
          .extracting(InvalidInputException::code)
          .isEqualTo(ErrorCode.INVALID_KEY);
      assertThat(
              catchThrowableOfType(InvalidInputException.class, () -> store.bind("//", Leaf.class)))
          .isNotNull();
    }
  }
}
