package dev.kvstore.internal.mapping;

import java.lang.reflect.AnnotatedElement;
import java.util.Arrays;

/** Finds {@code @Nullable} annotations of any library. */
public final class Nullability {
  private Nullability() {}

  /** Returns true if any of the elements, such as a parameter and its type, is annotated. */
  public static boolean isNullable(AnnotatedElement... places) {
    return Arrays.stream(places)
        .flatMap(place -> Arrays.stream(place.getAnnotations()))
        .anyMatch(annotation -> annotation.annotationType().getSimpleName().equals("Nullable"));
  }
}
