package dev.kvstore.internal.mapping;

import java.lang.reflect.AnnotatedElement;
import java.util.Arrays;

/** Finds {@code @Nullable}, whichever library it comes from. */
public final class Nullability {
  private Nullability() {}

  /** Returns true if one of the places, such as a parameter and its type, is marked. */
  public static boolean isNullable(AnnotatedElement... places) {
    return Arrays.stream(places)
        .flatMap(place -> Arrays.stream(place.getAnnotations()))
        .anyMatch(annotation -> annotation.annotationType().getSimpleName().equals("Nullable"));
  }
}
