package dev.kvstore.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.io.IOException;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Dumps the public API of a module as sorted text, one line per class or member, so that each
 * change of the API changes a checked-in file.
 */
public final class ApiDump {
  private static final String ACCEPT = "api.accept";
  private static final Set<String> OF_EVERY_OBJECT = Set.of("equals", "hashCode", "toString");
  private static final Path FILE = Path.of("src", "test", "resources", "api.txt");

  private ApiDump() {}

  /**
   * Fails if the public and protected API of these packages differs from the module's
   * {@code src/test/resources/api.txt}. With the system property {@code api.accept} it writes the
   * file instead.
   */
  public static void check(JavaClasses classes, String... packages) throws IOException {
    Set<String> wanted = Set.of(packages);
    List<String> lines = classes.stream()
        .filter(type -> wanted.contains(type.getPackageName()))
        .map(JavaClass::reflect)
        .filter(ApiDump::isVisible)
        .flatMap(ApiDump::lines)
        .sorted()
        .toList();
    if (Boolean.getBoolean(ACCEPT)) {
      Files.createDirectories(FILE.getParent());
      Files.write(FILE, lines, UTF_8);
    }
    List<String> expected = Files.readAllLines(FILE, UTF_8);
    List<String> differences = Stream.concat(
            lines.stream().filter(line -> !expected.contains(line)).map("+ "::concat),
            expected.stream().filter(line -> !lines.contains(line)).map("- "::concat))
        .toList();
    assertThat(differences)
        .as(
            "Differences from %s. If they are intended, run this test with -D%s=true, which writes"
                + " the file, and commit it",
            FILE, ACCEPT)
        .isEmpty();
  }

  private static boolean isVisible(Class<?> type) {
    Class<?> outer = type.getDeclaringClass();
    return isVisible(type.getModifiers())
        && !type.isAnonymousClass()
        && !type.isLocalClass()
        && (outer == null || isVisible(outer));
  }

  private static boolean isVisible(int modifiers) {
    return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
  }

  private static Stream<String> lines(Class<?> type) {
    Stream<String> members = Stream.of(
            type.getDeclaredFields(), type.getDeclaredConstructors(), type.getDeclaredMethods())
        .flatMap(Arrays::stream)
        .filter(member -> isListed((Member) member))
        .map(member -> name(type) + ": " + signature(type, member));
    return Stream.concat(Stream.of(name(type) + declaration(type)), members);
  }

  private static boolean isListed(Member member) {
    return isVisible(member.getModifiers())
        && !member.isSynthetic()
        && !OF_EVERY_OBJECT.contains(member.getName());
  }

  private static String name(Class<?> type) {
    return type.getName().replace('$', '.');
  }

  private static String declaration(Class<?> type) {
    List<Type> parents = new ArrayList<>(Arrays.asList(type.getGenericInterfaces()));
    Type parent = type.getGenericSuperclass();
    if (parent != null && parent != Object.class && parent != Record.class) {
      parents.add(0, parent);
    }
    String declared = type.toGenericString()
        .replaceFirst("(non-)?sealed ", "")
        .replace(type.getName(), type.getSimpleName());
    String list = parents.stream().map(Type::getTypeName).collect(Collectors.joining(", "));
    return shortened(
        (type.isSealed() ? " sealed " : " ") + declared + (list.isEmpty() ? "" : " : " + list));
  }

  private static String signature(Class<?> type, AccessibleObject member) {
    String declared = member instanceof Executable executable
        ? executable.toGenericString()
        : ((Field) member).toGenericString();
    return shortened(declared.replace(type.getName() + ".", ""));
  }

  /** Removes the packages, because simple names are unique. */
  private static String shortened(String declared) {
    return declared.replaceAll("\\b(?:[a-z]\\w*\\.)+(?=[A-Z])", "").replace('$', '.');
  }
}
