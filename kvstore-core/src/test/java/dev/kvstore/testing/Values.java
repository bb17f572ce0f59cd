package dev.kvstore.testing;

import dev.kvstore.internal.mapping.BsonCodec;
import dev.kvstore.spi.RawValue;
import org.jspecify.annotations.Nullable;

/** Raw values for tests. */
final class Values {
  private static final BsonCodec CODEC = BsonCodec.create();

  private Values() {}

  static RawValue raw(@Nullable Object value) {
    return CODEC.encode(value);
  }
}
