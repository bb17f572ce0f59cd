package dev.kvstore.client;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import dev.kvstore.testing.ApiDump;
import java.io.IOException;

@AnalyzeClasses(
    packages = "dev.kvstore.client",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ApiTest {
  @ArchTest
  static void theApiIsAsCheckedIn(JavaClasses classes) throws IOException {
    ApiDump.check(classes, "dev.kvstore.client");
  }
}
