package dev.kvstore.client;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(
    packages = "dev.kvstore.client",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ClientRoomTest {
  @ArchTest
  static final ArchRule theClientSeesNoDatabaseAndNoService = classes()
      .should()
      .onlyDependOnClassesThat()
      .resideInAnyPackage(
          "java..",
          "javax.net.ssl",
          "org.jspecify..",
          "dev.kvstore",
          "dev.kvstore.spi",
          "dev.kvstore.bson",
          "dev.kvstore.cache",
          "dev.kvstore.watch",
          "dev.kvstore.typed",
          "dev.kvstore.client",
          "com.fasterxml.jackson..",
          "org.bson..",
          "org.slf4j");
}
