package dev.kvstore;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Stores an {@link java.time.Instant} member as a BSON date, which MongoDB can compare and compute
 * with: {@code record Visit(@KVDate Instant at) {}}. Without it an {@code Instant} is stored as
 * ISO-8601 text, which keeps its nanoseconds. A date has millisecond precision; an {@code Instant}
 * that is more precise is refused. Both forms can be read. To store a date as the whole value, use
 * a {@link java.util.Date}.
 *
 * @since 0.1.0
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.FIELD, ElementType.METHOD, ElementType.PARAMETER})
public @interface KVDate {}
