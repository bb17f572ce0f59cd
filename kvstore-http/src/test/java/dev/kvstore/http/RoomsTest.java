package dev.kvstore.http;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.kvstore.testing.Rooms;
import java.util.List;
import java.util.Map;

/** Checks the dependencies between packages. None may depend on the client. */
@AnalyzeClasses(packages = "dev.kvstore.http", importOptions = ImportOption.DoNotIncludeTests.class)
class RoomsTest {
  /** The packages from the lowest to the highest; each may depend on those before it. */
  private static final List<String> ORDER = List.of(
      room("error"),
      room("limits"),
      room("tls"),
      room("net"),
      room("logging"),
      room("config"),
      room("auth"),
      room("metrics.mongo"),
      room("metrics"),
      room("route"),
      room("wire"),
      room("api"),
      room("api.entries"),
      room("api.values"),
      room("api.events"),
      room("api.history"),
      room("api.snapshots"),
      room("api.stores"),
      room("api.pages"),
      room("api.monitoring"),
      room("server"),
      room("command"),
      "dev.kvstore.http");

  /** The only packages that may use a library. */
  private static final Map<String, List<String>> LIBRARIES = Map.of(
      "io.javalin..", List.of(room("server")),
      "com.mongodb..", List.of(room("metrics.mongo")),
      "io.micrometer..", List.of(room("metrics.mongo"), room("metrics")),
      "ch.qos.logback..", List.of(room("logging"), room("command")),
      "picocli..", List.of(room("config"), room("command"), "dev.kvstore.http"));

  @ArchTest
  static void roomsSeeTheRoomsBelowThem(JavaClasses classes) {
    for (int i = 0; i < ORDER.size(); i++) {
      noClasses()
          .that()
          .resideInAPackage(ORDER.get(i))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(ORDER.subList(i + 1, ORDER.size()).toArray(String[]::new))
          .check(classes);
    }
  }

  @ArchTest
  static void librariesAreSeenByTheirRooms(JavaClasses classes) {
    LIBRARIES.forEach((library, rooms) -> noClasses()
        .that()
        .resideOutsideOfPackages(rooms.toArray(String[]::new))
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library)
        .check(classes));
  }

  @ArchTest
  static void roomsAreAllListed(JavaClasses classes) {
    noClasses().should().resideOutsideOfPackages(ORDER.toArray(String[]::new)).check(classes);
  }

  @ArchTest
  static final ArchRule httpDoesNotSeeTheClient =
      noClasses().should().dependOnClassesThat().resideInAPackage("dev.kvstore.client..");

  @ArchTest
  static final ArchRule packagesHaveNoCycle = Rooms.NO_CYCLE;

  private static String room(String name) {
    return "dev.kvstore.http." + name;
  }
}
