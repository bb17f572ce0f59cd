package dev.kvstore.client;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

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
      .that()
      .resideInAPackage("dev.kvstore.client")
      .should()
      .onlyDependOnClassesThat()
      .resideInAnyPackage(
          "java..",
          "javax.net.ssl",
          "org.jspecify..",
          "org.slf4j",
          "dev.kvstore",
          "dev.kvstore.spi",
          "dev.kvstore.bson",
          "dev.kvstore.cache",
          "dev.kvstore.watch",
          "dev.kvstore.tls",
          "dev.kvstore.files",
          "dev.kvstore.typed",
          "dev.kvstore.client",
          "com.fasterxml.jackson..",
          "org.bson..");

  @ArchTest
  static final ArchRule theCommandLineIsACustomerOfTheClient = noClasses()
      .that()
      .resideInAPackage("dev.kvstore.cli")
      .should()
      .dependOnClassesThat()
      .resideInAnyPackage(
          "dev.kvstore.mongo",
          "dev.kvstore.sqlite",
          "dev.kvstore.typed",
          "com.mongodb..",
          "java.net.http");
}
