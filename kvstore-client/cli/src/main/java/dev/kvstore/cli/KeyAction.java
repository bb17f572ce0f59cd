package dev.kvstore.cli;

import dev.kvstore.InvalidInputException;
import dev.kvstore.Names;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Parameters;

/** A command that works on one key. */
abstract class KeyAction extends Action.OnStore {
  @Parameters(index = "0", paramLabel = "KEY", description = "The key.")
  private @Nullable String key;

  KeyAction(Session session) {
    super(session);
  }

  final String key() {
    return Objects.requireNonNull(key, "checked");
  }

  @Override
  void check(Faults faults) {
    super.check(faults);
    if (key == null) {
      return; // the parser has said so
    }
    try {
      Names.checkKey(key);
    } catch (InvalidInputException e) {
      faults.add(String.valueOf(e.getMessage()));
    }
  }
}
