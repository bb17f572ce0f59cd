package dev.kvstore.cli;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.kvstore.testing.Rooms;
import java.util.List;

/** Checks the dependencies between packages. The command line uses stores only through the API. */
@AnalyzeClasses(packages = "dev.kvstore.cli", importOptions = ImportOption.DoNotIncludeTests.class)
class RoomsTest {
  private static final String TERMINAL = room("terminal");
  private static final String OPTIONS = room("options");
  private static final String COMMANDS = room("commands");
  private static final String TRANSFER = "dev.kvstore.internal.transfer";
  private static final String SUPPORT = "dev.kvstore.internal.support";
  private static final String CONFIG = "dev.kvstore.internal.config";
  private static final String FILES = "dev.kvstore.internal.files";
  private static final String JACKSON = "com.fasterxml.jackson..";
  private static final String BSON = "org.bson..";
  private static final String DIFF = "com.github.difflib..";

  /** A package and its allowed dependencies besides itself, the API, picocli and the JDK. */
  private static final List<List<String>> ROOMS = List.of(
      List.of(TERMINAL, FILES, SUPPORT),
      List.of(
          OPTIONS,
          TERMINAL,
          TRANSFER,
          SUPPORT,
          CONFIG,
          "dev.kvstore.client",
          "dev.kvstore.spi",
          "javax.net.ssl",
          JACKSON),
      List.of(
          COMMANDS,
          OPTIONS,
          TERMINAL,
          TRANSFER,
          CONFIG,
          FILES,
          "dev.kvstore.spi",
          SUPPORT,
          "dev.kvstore.internal.bson",
          JACKSON,
          BSON,
          DIFF),
      List.of(
          "dev.kvstore.cli",
          COMMANDS,
          OPTIONS,
          TERMINAL,
          SUPPORT,
          CONFIG,
          "dev.kvstore.client",
          FILES));

  @ArchTest
  static void roomsSeeTheRoomsBelowThem(JavaClasses classes) {
    Rooms.check(classes, ROOMS, "dev.kvstore", "picocli");
  }

  @ArchTest
  static final ArchRule packagesHaveNoCycle = Rooms.NO_CYCLE;

  private static String room(String name) {
    return "dev.kvstore.cli." + name;
  }
}
