package dev.kvstore;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/**
 * Who may see whom: API, then spi, then bson and watch, then binding, then typed; the databases on
 * top, which never see each other.
 */
@AnalyzeClasses(packages = "dev.kvstore", importOptions = ImportOption.DoNotIncludeTests.class)
class RoomsTest {
  private static final String[] JDK = {"java..", "javax..", "org.jspecify.."};

  @ArchTest
  static final ArchRule theApiSeesTheJdkAlone = classes()
      .that()
      .resideInAPackage("dev.kvstore")
      .should()
      .onlyDependOnClassesThat()
      .resideInAnyPackage(with("dev.kvstore"));

  @ArchTest
  static final ArchRule theWaistSeesTheApi = classes()
      .that()
      .resideInAPackage("dev.kvstore.spi")
      .should()
      .onlyDependOnClassesThat()
      .resideInAnyPackage(with("dev.kvstore", "dev.kvstore.spi"));

  @ArchTest
  static final ArchRule theBridgeSeesJacksonAndBson = classes()
      .that()
      .resideInAPackage("dev.kvstore.bson..")
      .should()
      .onlyDependOnClassesThat()
      .resideInAnyPackage(with(
          "dev.kvstore",
          "dev.kvstore.spi",
          "dev.kvstore.bson..",
          "com.fasterxml.jackson..",
          "org.bson.."));

  @ArchTest
  static final ArchRule theFacadeSeesNoDatabase = classes()
      .that()
      .resideInAPackage("dev.kvstore.typed..")
      .should()
      .onlyDependOnClassesThat()
      .resideInAnyPackage(with(
          "dev.kvstore",
          "dev.kvstore.spi",
          "dev.kvstore.bson",
          "dev.kvstore.watch",
          "dev.kvstore.binding",
          "dev.kvstore.typed.."));

  @ArchTest
  static final ArchRule bindingsSeeNoDatabaseAndNoFacade = classes()
      .that()
      .resideInAPackage("dev.kvstore.binding..")
      .should()
      .onlyDependOnClassesThat()
      .resideInAnyPackage(with(
          "dev.kvstore",
          "dev.kvstore.spi",
          "dev.kvstore.bson",
          "dev.kvstore.watch",
          "dev.kvstore.binding",
          "org.slf4j"));

  @ArchTest
  static final ArchRule watchesSeeTheWaist = classes()
      .that()
      .resideInAPackage("dev.kvstore.watch..")
      .should()
      .onlyDependOnClassesThat()
      .resideInAnyPackage(with("dev.kvstore", "dev.kvstore.spi", "dev.kvstore.watch", "org.slf4j"));

  @ArchTest
  static final ArchRule theCacheSeesTheWaist = classes()
      .that()
      .resideInAPackage("dev.kvstore.cache..")
      .should()
      .onlyDependOnClassesThat()
      .resideInAnyPackage(with(
          "dev.kvstore",
          "dev.kvstore.spi",
          "dev.kvstore.cache",
          "com.github.benmanes.caffeine.cache"));

  @ArchTest
  static final ArchRule namesOfSettingsSeeTheJdkAlone = classes()
      .that()
      .resideInAPackage("dev.kvstore.config")
      .should()
      .onlyDependOnClassesThat()
      .resideInAnyPackage(with("dev.kvstore.config"));

  @ArchTest
  static final ArchRule pemFilesNeedTheJdkAlone = classes()
      .that()
      .resideInAPackage("dev.kvstore.tls..")
      .should()
      .onlyDependOnClassesThat()
      .resideInAnyPackage(with("dev.kvstore.tls"));

  @ArchTest
  static final ArchRule onlyMongoSeesTheDriver = noClasses()
      .that()
      .resideOutsideOfPackage("dev.kvstore.mongo..")
      .should()
      .dependOnClassesThat()
      .resideInAnyPackage("com.mongodb..", "dev.kvstore.mongo..");

  @ArchTest
  static final ArchRule onlySqliteSeesSqlite = noClasses()
      .that()
      .resideOutsideOfPackage("dev.kvstore.sqlite..")
      .should()
      .dependOnClassesThat()
      .resideInAnyPackage("java.sql..", "org.sqlite..", "dev.kvstore.sqlite..");

  private static String[] with(String... more) {
    String[] all = java.util.Arrays.copyOf(JDK, JDK.length + more.length);
    System.arraycopy(more, 0, all, JDK.length, more.length);
    return all;
  }
}
