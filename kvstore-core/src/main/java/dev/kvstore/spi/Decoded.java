package dev.kvstore.spi;

import dev.kvstore.KVType;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A value as it is read by one type.
 *
 * @param value null where a null is stored
 */
public record Decoded(KVType<?> type, @Nullable Object value) {
  public Decoded {
    Objects.requireNonNull(type, "type");
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
