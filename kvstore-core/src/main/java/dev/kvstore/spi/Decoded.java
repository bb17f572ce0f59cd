package dev.kvstore.spi;

import dev.kvstore.KVType;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A value as it is read by one type.
 *
 * @param value null where a null is stored
 * @param bytes what it takes in memory; 0 where it is for others to estimate
 */
public record Decoded(KVType<?> type, @Nullable Object value, int bytes) {
  public Decoded {
    Objects.requireNonNull(type, "type");
  }

  /** A value that takes about what such a value takes. */
  public Decoded(KVType<?> type, @Nullable Object value) {
    this(type, value, 0);
  }

  /** Tells whether this is what a reader of that type wants. */
  public boolean isOf(KVType<?> wanted) {
    return type.equals(wanted);
  }

  /** Tells whether this is what a reader of that class wants, without making a type of it. */
  public boolean isOf(Class<?> wanted) {
    return type.type() == wanted && !type.isLenient();
  }
}
