package dev.kvstore.spi;

/**
 * The limits of a value.
 *
 * @param maxBytes the maximum size in bytes of BSON, see {@link RawValue#size()}
 * @param maxDepth the maximum nesting of containers; a scalar has depth 0, {@code [1]} has depth 1
 */
public record ValueLimits(int maxBytes, int maxDepth) {
  /** 1 MiB and 100 levels. */
  public static final ValueLimits DEFAULT = new ValueLimits(1024 * 1024, 100);

  public ValueLimits {
    if (maxBytes < 1 || maxBytes > 15 * 1024 * 1024) {
      throw new IllegalArgumentException("maxBytes is " + maxBytes
          + ", it must be from 1 to 15 MiB, which MongoDB can still hold");
    }
    if (maxDepth < 0 || maxDepth > 150) {
      throw new IllegalArgumentException(
          "maxDepth is " + maxDepth + ", it must be from 0 to 150, which MongoDB can still hold");
    }
  }
}
