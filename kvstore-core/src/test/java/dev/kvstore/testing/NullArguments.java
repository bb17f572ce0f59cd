package dev.kvstore.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.kvstore.KVBindingListener;
import dev.kvstore.KVChange;
import dev.kvstore.KVDatabase;
import dev.kvstore.KVWatcher;
import dev.kvstore.Validator;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Checks that forbidden nulls are refused with a message that names the parameter. */
public final class NullArguments {
  /** Types that applications implement, or that are passed to those implementations. */
  private static final Set<Class<?>> CALLBACKS = Set.of(
      KVWatcher.class,
      KVChange.class,
      KVBindingListener.class,
      Validator.class,
      KVDatabase.Provider.class);

  private static final Set<String> EXEMPT = Set.of("equals", "compareTo", "holdsFor", "valueOf");

  private final Map<Class<?>, Object> samples;

  private NullArguments(Map<Class<?>, Object> samples) {
    this.samples = samples;
  }

  /**
   * Checks the public methods of the public classes of these packages, other than exceptions.
   *
   * @param samples a receiver or argument for each type
   */
  public static void check(String packages, Map<Class<?>, Object> samples) {
    assertThat(methods(packages).flatMap(new NullArguments(samples)::problems)).isEmpty();
  }

  private static Stream<Executable> methods(String packages) {
    return new ClassFileImporter()
        .withImportOption(new ImportOption.DoNotIncludeTests()).importPackages(packages).stream()
            .filter(type -> !type.getPackageName().contains("internal")
                && !type.getPackageName().endsWith("spi"))
            .map(JavaClass::reflect)
            .filter(type -> Modifier.isPublic(type.getModifiers()))
            .filter(type -> !Throwable.class.isAssignableFrom(type))
            .<Executable>flatMap(type -> Stream.concat(
                Arrays.stream(type.getDeclaredMethods()),
                Arrays.stream(type.getDeclaredConstructors())))
            .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isSynthetic())
            .filter(method -> !EXEMPT.contains(method.getName()))
            .filter(method -> Modifier.isStatic(method.getModifiers())
                || CALLBACKS.stream()
                    .noneMatch(type -> type.isAssignableFrom(method.getDeclaringClass())));
  }

  private Stream<String> problems(Executable method) {
    List<String> problems = new ArrayList<>();
    Parameter[] parameters = method.getParameters();
    for (int i = 0; i < parameters.length; i++) {
      if (!parameters[i].getType().isPrimitive()
          && !parameters[i].getAnnotatedType().isAnnotationPresent(Nullable.class)) {
        String problem = problem(method, i);
        if (!problem.isEmpty()) {
          problems.add(method.toGenericString() + ", parameter " + i + ": " + problem);
        }
      }
    }
    return problems.stream();
  }

  private String problem(Executable method, int nulled) {
    @Nullable
    Object[] arguments =
        Arrays.stream(method.getParameterTypes()).map(this::sample).toArray();
    arguments[nulled] = null;
    try {
      if (method instanceof Constructor<?> constructor) {
        constructor.newInstance(arguments);
      } else {
        Object target =
            Modifier.isStatic(method.getModifiers()) ? null : sample(method.getDeclaringClass());
        ((Method) method).invoke(target, arguments);
      }
      return "taken";
    } catch (InvocationTargetException e) {
      Throwable cause = e.getCause();
      boolean named = cause instanceof NullPointerException
          && cause.getMessage() != null
          && cause.getMessage().matches("[a-z][A-Za-z]+( .*)?");
      return named ? "" : String.valueOf(cause);
    } catch (ReflectiveOperationException e) {
      return e.toString();
    }
  }

  private Object sample(Class<?> type) {
    if (type.isPrimitive()) {
      return type == boolean.class ? (Object) false : type == int.class ? (Object) 1 : (Object) 1L;
    }
    return Objects.requireNonNull(samples.get(type), () -> "no sample of " + type);
  }
}
