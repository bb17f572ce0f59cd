package dev.kvstore;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import dev.kvstore.testing.ApiDump;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.lang.reflect.TypeVariable;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

@AnalyzeClasses(packages = "dev.kvstore", importOptions = ImportOption.DoNotIncludeTests.class)
class ApiTest {
  @ArchTest
  static void theApiIsAsCheckedIn(JavaClasses classes) throws IOException {
    ApiDump.check(
        classes,
        "dev.kvstore",
        "dev.kvstore.mongo",
        "dev.kvstore.spi",
        "dev.kvstore.sqlite",
        "dev.kvstore.transfer");
  }

  /** Absent results are Optional; only stored values may be null. */
  @ArchTest
  static void onlyValuesAreNull(JavaClasses classes) {
    assertThat(classes.stream()
            .filter(type -> !type.getPackageName().contains("internal")
                && !type.getPackageName().endsWith("spi"))
            .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
            .flatMap(type -> Arrays.stream(type.reflect().getDeclaredMethods()))
            .filter(method -> Modifier.isPublic(method.getModifiers()))
            .filter(method -> method.getAnnotatedReturnType().isAnnotationPresent(Nullable.class))
            .filter(method -> !(method.getGenericReturnType() instanceof TypeVariable<?>)))
        .isEmpty();
  }
}
