package dev.kvstore;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The value of a setting for which nothing is stored, as text: {@code @KVDefault("3") int retries},
 * {@code @KVDefault("5s") Duration timeout}, {@code @KVDefault("dark") String theme}. For a list, a
 * map or a group of settings it is a JSON array or object: {@code @KVDefault("[]") List<String>
 * hosts}. It counts for records that are read as one value too. See {@link KVStore#bind(String,
 * Class)}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.RECORD_COMPONENT, ElementType.METHOD})
public @interface KVDefault {
  /** The text, from which the setting's type is read leniently. */
  String value();
}
