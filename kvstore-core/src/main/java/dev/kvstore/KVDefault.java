package dev.kvstore;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Sets the default, as text, of a setting that is not stored: {@code @KVDefault("3") int retries},
 * {@code @KVDefault("5s") Duration timeout}, {@code @KVDefault("dark") String theme}. For a list, a
 * map or a group of settings it is a JSON array or object: {@code @KVDefault("[]") List<String>
 * hosts}. Also applies to records that are read as one value. See {@link KVStore#bind(String,
 * Class)}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.RECORD_COMPONENT, ElementType.METHOD})
public @interface KVDefault {
  /** The default as text, converted leniently to the type of the setting. */
  String value();
}
