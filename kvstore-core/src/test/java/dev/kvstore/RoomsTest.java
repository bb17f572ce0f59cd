package dev.kvstore;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.kvstore.testing.Rooms;
import java.util.List;

/** Checks the dependencies between packages. */
@AnalyzeClasses(packages = "dev.kvstore", importOptions = ImportOption.DoNotIncludeTests.class)
class RoomsTest {
  private static final String API = "dev.kvstore";
  private static final String SPI = "dev.kvstore.spi";
  private static final String SUPPORT = room("support");
  private static final String BSON = room("bson");
  private static final String MAPPING = room("mapping");
  private static final String WATCH = room("watch");
  private static final String JACKSON = "com.fasterxml.jackson..";
  private static final String BSON_LIBRARY = "org.bson..";
  private static final String DRIVER = "com.mongodb..";
  private static final String LOGGING = "org.slf4j";

  /** A package and its allowed dependencies besides itself and the JDK. */
  private static final List<List<String>> ROOMS = List.of(
      List.of(API),
      List.of(SUPPORT, API, LOGGING),
      List.of(room("config"), API, "picocli"),
      List.of(room("files"), API, LOGGING),
      List.of(room("tls"), room("files")),
      List.of(SPI, API, SUPPORT),
      List.of(BSON, API, SPI, JACKSON, BSON_LIBRARY),
      List.of(MAPPING, API, SPI, BSON, JACKSON, BSON_LIBRARY),
      List.of(WATCH, API, SPI, SUPPORT, LOGGING),
      List.of(room("cache"), API, SPI, SUPPORT, LOGGING, "com.github.benmanes.caffeine.cache"),
      List.of(
          room("transfer"),
          API,
          SPI,
          SUPPORT,
          BSON,
          room("files"),
          JACKSON,
          BSON_LIBRARY,
          "org.yaml.snakeyaml..",
          "com.github.difflib.."),
      List.of(room("binding"), API, SPI, SUPPORT, BSON, MAPPING, WATCH, LOGGING),
      List.of(
          room("typed"),
          API,
          SPI,
          SUPPORT,
          BSON,
          MAPPING,
          WATCH,
          room("transfer"),
          room("binding")),
      List.of(room("engine"), API, SPI, SUPPORT, MAPPING, room("cache"), room("typed")),
      List.of(room("mongo.feed"), API, SPI, SUPPORT, WATCH, DRIVER, BSON_LIBRARY, LOGGING),
      List.of(room("mongo.history"), API, SPI, SUPPORT, DRIVER, BSON_LIBRARY),
      List.of(
          room("mongo"),
          API,
          SPI,
          SUPPORT,
          BSON,
          room("mongo.feed"),
          room("mongo.history"),
          DRIVER,
          BSON_LIBRARY,
          LOGGING),
      List.of(
          room("sqlite"),
          API,
          SPI,
          SUPPORT,
          BSON,
          WATCH,
          room("files"),
          "org.sqlite..",
          BSON_LIBRARY,
          LOGGING),
      List.of("dev.kvstore.transfer", API, room("transfer")),
      List.of("dev.kvstore.mongo", API, room("engine"), MAPPING, room("mongo"), DRIVER, JACKSON),
      List.of("dev.kvstore.sqlite", API, room("engine"), MAPPING, room("sqlite"), JACKSON));

  @ArchTest
  static void roomsSeeTheRoomsBelowThem(JavaClasses classes) {
    Rooms.check(classes, ROOMS, "javax..", "com.sun.security..");
  }

  @ArchTest
  static final ArchRule packagesHaveNoCycle = Rooms.NO_CYCLE;

  @ArchTest
  static final ArchRule onlyMongoSeesTheDriver = noClasses()
      .that()
      .resideOutsideOfPackages("dev.kvstore.mongo", "dev.kvstore.internal.mongo..")
      .should()
      .dependOnClassesThat()
      .resideInAnyPackage("com.mongodb..", "dev.kvstore.mongo", "dev.kvstore.internal.mongo..");

  @ArchTest
  static final ArchRule onlySqliteSeesSqlite = noClasses()
      .that()
      .resideOutsideOfPackages("dev.kvstore.sqlite", "dev.kvstore.internal.sqlite")
      .should()
      .dependOnClassesThat()
      .resideInAnyPackage(
          "java.sql..", "org.sqlite..", "dev.kvstore.sqlite", "dev.kvstore.internal.sqlite");

  private static String room(String name) {
    return "dev.kvstore.internal." + name;
  }
}
