package dev.kvstore;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Sets the name of a setting in its key, if it differs from the record component or method:
 * {@code @KVName("max-retries") int maxRetries}. See {@link KVStore#bind(String, Class)}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.RECORD_COMPONENT, ElementType.METHOD})
public @interface KVName {
  /** The name. */
  String value();
}
