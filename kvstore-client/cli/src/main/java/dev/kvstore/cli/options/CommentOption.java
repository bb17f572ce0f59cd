package dev.kvstore.cli.options;

import dev.kvstore.WriteOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option for a comment on a write. */
public final class CommentOption {
  @Option(
      names = {"-m", "--message"},
      paramLabel = "TEXT",
      description = "Why: recorded with the change in the history, at most 500 characters.")
  private @Nullable String message;

  public void check(UsageErrors faults) {
    faults.addFrom("--message", () -> addTo(WriteOptions.DEFAULT));
  }

  public WriteOptions addTo(WriteOptions options) {
    return message == null ? options : options.comment(message);
  }

  @Nullable
  public String message() {
    return message;
  }
}
