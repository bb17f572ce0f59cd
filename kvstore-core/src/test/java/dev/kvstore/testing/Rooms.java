package dev.kvstore.testing;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.stream.Stream;

/** Rules for the dependencies between packages. */
public final class Rooms {
  public static final ArchRule NO_CYCLE = slices().matching("dev.(**)").should().beFreeOfCycles();

  private Rooms() {}

  /**
   * Checks that each package has only the listed dependencies.
   *
   * @param rooms packages, each with its allowed dependencies besides itself
   * @param common the dependencies allowed for all, besides {@code java..} and JSpecify
   */
  public static void check(JavaClasses classes, List<List<String>> rooms, String... common) {
    for (List<String> room : rooms) {
      String[] visible = Stream.of(
              room.stream(), Stream.of(common), Stream.of("java..", "org.jspecify.."))
          .flatMap(packages -> packages)
          .toArray(String[]::new);
      classes()
          .that()
          .resideInAPackage(room.get(0))
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(visible)
          .check(classes);
    }
  }
}
