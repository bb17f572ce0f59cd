package dev.kvstore.internal.watch;

import dev.kvstore.ReadOptions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Reads again what may have changed. */
@FunctionalInterface
public interface Refresh {
  /**
   * Reads it, as fresh as the options demand. What this throws is logged, and it is called again
   * after a second.
   *
   * @return after what time to read it again even if nothing is told, or null for never
   */
  @Nullable
  Duration refresh(ReadOptions options);
}
