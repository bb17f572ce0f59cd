package dev.kvstore;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the conventions of all options types. */
class OptionsTest {
  @ParameterizedTest
  @ValueSource(
      classes = {
        ReadOptions.class,
        WriteOptions.class,
        BatchOptions.class,
        WatchOptions.class,
        BindOptions.class
      })
  void options_areImmutableWithoutPublicConstructors(Class<?> options) {
    assertThat(options).isFinal();
    assertThat(options.getConstructors()).isEmpty();
    assertThat(options.getDeclaredFields())
        .extracting(Field::getModifiers)
        .allMatch(Modifier::isFinal);
  }

  /** A generic type cannot have a constant; it has {@link BindOptions#none()} instead. */
  @ParameterizedTest
  @ValueSource(
      classes = {ReadOptions.class, WriteOptions.class, BatchOptions.class, WatchOptions.class})
  void options_haveADefault(Class<?> options) throws ReflectiveOperationException {
    assertThat(options.getField("DEFAULT").get(null)).isInstanceOf(options);
  }

  /**
   * Methods are named {@code ttl(..)} and {@code author(..)}; {@code withX(..)} is the style of
   * settings.
   */
  @ParameterizedTest
  @ValueSource(
      classes = {
        ReadOptions.class,
        WriteOptions.class,
        BatchOptions.class,
        WatchOptions.class,
        BindOptions.class
      })
  void options_setAValueByItsBareName(Class<?> options) {
    List<String> names = Stream.of(options.getMethods())
        .filter(method -> method.getReturnType() == options && method.getParameterCount() > 0)
        .map(Method::getName)
        .toList();
    assertThat(names).noneMatch(name -> name.startsWith("with"));
  }
}
