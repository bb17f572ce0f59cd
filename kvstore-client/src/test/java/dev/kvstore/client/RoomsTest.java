package dev.kvstore.client;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.kvstore.testing.Rooms;
import java.util.List;

/**
 * Checks the dependencies between packages. None may depend on a database, or on internals of the
 * service.
 */
@AnalyzeClasses(
    packages = "dev.kvstore.client",
    importOptions = ImportOption.DoNotIncludeTests.class)
class RoomsTest {
  private static final String REQUEST = room("request");
  private static final String EVENTS = room("events");
  private static final String LAST_KNOWN_GOOD = room("lastknowngood");
  private static final String STORE = room("store");
  private static final String BSON = "dev.kvstore.internal.bson";
  private static final String SUPPORT = "dev.kvstore.internal.support";
  private static final String WATCH = "dev.kvstore.internal.watch";
  private static final String FILES = "dev.kvstore.internal.files";
  private static final String JACKSON = "com.fasterxml.jackson..";
  private static final String BSON_LIBRARY = "org.bson..";
  private static final String LOGGING = "org.slf4j";

  /** A package and its allowed dependencies besides itself, the API with the SPI, and the JDK. */
  private static final List<List<String>> ROOMS = List.of(
      List.of(
          REQUEST,
          BSON,
          SUPPORT,
          "dev.kvstore.internal.tls",
          "javax.net.ssl",
          JACKSON,
          BSON_LIBRARY,
          LOGGING),
      List.of(EVENTS, REQUEST, SUPPORT, WATCH, JACKSON, LOGGING),
      List.of(LAST_KNOWN_GOOD, SUPPORT, FILES, BSON, JACKSON, BSON_LIBRARY, LOGGING),
      List.of(STORE, REQUEST, EVENTS, SUPPORT, BSON, "dev.kvstore.internal.transfer", BSON_LIBRARY),
      List.of(
          "dev.kvstore.client",
          STORE,
          LAST_KNOWN_GOOD,
          REQUEST,
          "dev.kvstore.internal.engine",
          "dev.kvstore.internal.mapping",
          JACKSON,
          "javax.net.ssl"));

  @ArchTest
  static void roomsSeeTheRoomsBelowThem(JavaClasses classes) {
    Rooms.check(classes, ROOMS, "dev.kvstore", "dev.kvstore.spi");
  }

  @ArchTest
  static final ArchRule packagesHaveNoCycle = Rooms.NO_CYCLE;

  private static String room(String name) {
    return "dev.kvstore.client.internal." + name;
  }
}
