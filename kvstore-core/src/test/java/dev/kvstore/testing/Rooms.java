package dev.kvstore.testing;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.stream.Stream;

/** Rules about which packages see which. */
public final class Rooms {
  public static final ArchRule NO_CYCLE = slices().matching("dev.(**)").should().beFreeOfCycles();

  private Rooms() {}

  /**
   * Checks that each room sees nothing else than what is listed.
   *
   * @param rooms each a package and what it may see beside itself
   * @param common what all of them may see, beside {@code java..} and JSpecify
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
