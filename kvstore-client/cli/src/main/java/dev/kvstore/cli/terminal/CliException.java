package dev.kvstore.cli.terminal;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Something that the user has to know, one line a message, and what the command ends with. */
public final class CliException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int exitCode;

  public CliException(int exitCode, String message) {
    this(exitCode, message, null);
  }

  public CliException(int exitCode, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  public static CliException usage(String message) {
    return new CliException(ExitCodes.USAGE, message);
  }

  public static CliException usage(List<String> messages) {
    return usage(String.join("\n", messages));
  }

  /** Returns the messages, at least one. */
  public List<String> messages() {
    return String.valueOf(getMessage()).lines().toList();
  }

  public int exitCode() {
    return exitCode;
  }
}
