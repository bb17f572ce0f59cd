package dev.kvstore.cli.terminal;

import dev.kvstore.ErrorCode;

/** The exit codes of {@code kv}. Scripts rely on them, so they never change. */
public final class ExitCodes {
  public static final int OK = 0;

  /** There is no such entry, or {@code diff} has found differences. */
  static final int NOT_FOUND = 1;

  public static final int DIFFERENT = 1;

  /** The command line, the configuration or the input is invalid. */
  public static final int USAGE = 2;

  /** The condition of the command does not hold. */
  public static final int CONDITION = 3;

  static final int UNAVAILABLE = 4;

  /** The service refused the credentials or the operation. */
  static final int REFUSED = 5;

  /** The response to a write was lost, and the write may or may not have happened. */
  static final int OUTCOME_UNKNOWN = 6;

  public static final int INTERNAL = 70;

  /** Ctrl-C, which the process ends with in any case. */
  public static final int INTERRUPTED = 130;

  private ExitCodes() {}

  public static int of(ErrorCode code) {
    return switch (code) {
      case KEY_NOT_FOUND, VERSION_NOT_FOUND, LABEL_NOT_FOUND -> NOT_FOUND;
      case INVALID_KEY,
          INVALID_STORE,
          INVALID_JSON,
          INVALID_VALUE,
          INVALID_PARAMETER,
          TOO_LARGE,
          REPEATED_WRITE,
          VALIDATION_FAILED -> USAGE;
      case PRECONDITION_FAILED,
          CONFLICT,
          TYPE_MISMATCH,
          ATOMIC_NOT_SUPPORTED,
          NO_HISTORY,
          HISTORY_GONE -> CONDITION;
      case UNAVAILABLE, LOCKED, UNSUPPORTED_SERVER -> UNAVAILABLE;
      case OUTCOME_UNKNOWN -> OUTCOME_UNKNOWN;
      case UNAUTHENTICATED, FORBIDDEN -> REFUSED;
      case MISSING_DEPENDENCY, CLOSED, INTERNAL -> INTERNAL;
    };
  }
}
