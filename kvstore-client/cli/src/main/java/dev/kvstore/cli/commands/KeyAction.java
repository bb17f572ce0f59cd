package dev.kvstore.cli.commands;

import dev.kvstore.InvalidInputException;
import dev.kvstore.Names;
import dev.kvstore.cli.options.UsageErrors;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Parameters;

/** A command that works on one key. */
abstract class KeyAction extends Action.OnStore {
  @Parameters(index = "0", paramLabel = "KEY", description = "The key.")
  private @Nullable String key;

  final String key() {
    return Objects.requireNonNull(key, "checked");
  }

  @Override
  public void check(UsageErrors faults) {
    super.check(faults);
    if (key != null) { // else the parser has said so
      checkKey(key, faults);
    }
  }

  static void checkKey(String key, UsageErrors faults) {
    try {
      Names.checkKey(key);
    } catch (InvalidInputException e) {
      faults.add(String.valueOf(e.getMessage()));
    }
  }
}
