package dev.kvstore;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What a setting is where nothing is stored for it, as JSON: {@code @KVDefault("3") int retries},
 * {@code @KVDefault("\"PT5S\"") Duration timeout}, {@code @KVDefault("[]") List<String> hosts}. See
 * {@link KVStore#bind(String, Class)}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.RECORD_COMPONENT, ElementType.METHOD})
public @interface KVDefault {
  /** One JSON value, which is read as the setting's type by the rules for stored values. */
  String value();
}
