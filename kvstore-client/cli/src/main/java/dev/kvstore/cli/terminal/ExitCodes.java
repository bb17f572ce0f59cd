package dev.kvstore.cli.terminal;

import dev.kvstore.ErrorCode;

/** What {@code kv} ends with. Scripts rely on these, so they never change. */
public final class ExitCodes {
  public static final int OK = 0;

  /** There is no such entry; or {@code diff} has found differences. */
  static final int NOT_FOUND = 1;

  public static final int DIFFERENT = 1;

  /** The command line, the configuration or what was to be written is wrong. */
  public static final int USAGE = 2;

  /** The entry is not in the state that the command demanded. */
  public static final int CONDITION = 3;

  static final int UNAVAILABLE = 4;

  /** The service does not know who is asking, or does not allow it. */
  static final int REFUSED = 5;

  /** The answer to a write was lost: it may have been done or not. */
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
