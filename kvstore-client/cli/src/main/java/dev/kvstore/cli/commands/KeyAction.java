package dev.kvstore.cli.commands;

import dev.kvstore.Names;
import dev.kvstore.cli.options.UsageErrors;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Parameters;

/** A command on one key. */
abstract class KeyAction extends Action.OnStore {
  @Parameters(index = "0", paramLabel = "KEY", description = "The key.")
  private @Nullable String key;

  final String key() {
    return Objects.requireNonNull(key, "checked");
  }

  @Override
  public void check(UsageErrors faults) {
    super.check(faults);
    if (key != null) { // otherwise the parser has reported it
      faults.check(() -> Names.checkKey(key()));
    }
  }
}
