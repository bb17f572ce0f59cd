package dev.kvstore.http;

import dev.kvstore.spi.ValueLimits;
import picocli.CommandLine.Option;

/** How much the service takes. */
final class LimitOptions {
  private static final int LARGEST_BATCH_BYTES = 1024 * 1024 * 1024;

  @Option(
      names = "--max-value-bytes",
      paramLabel = "N",
      description = "How large a value may be (${DEFAULT-VALUE}).")
  private int maxValueBytes = ValueLimits.DEFAULT.maxBytes();

  @Option(
      names = "--max-body-bytes",
      paramLabel = "N",
      description = "How large a batch of values may be (${DEFAULT-VALUE}).")
  private int maxBodyBytes = ServerSettings.DEFAULT.maxBodyBytes();

  void check(Faults faults) {
    try {
      values();
    } catch (IllegalArgumentException e) {
      faults.add("--max-value-bytes", maxValueBytes, "it must be from 1 to 15 MiB");
    }
    faults.checkRange("--max-body-bytes", maxBodyBytes, 1, LARGEST_BATCH_BYTES);
  }

  ValueLimits values() {
    return new ValueLimits(maxValueBytes, ValueLimits.DEFAULT.maxDepth());
  }

  int maxBodyBytes() {
    return maxBodyBytes;
  }
}
