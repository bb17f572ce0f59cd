package dev.kvstore.cli.terminal;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** An error for the user, with messages of one line each and the exit code of the command. */
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
