package dev.kvstore.cli.commands;

import dev.kvstore.KVDatabase;
import dev.kvstore.KVStore;
import dev.kvstore.cli.options.Session;
import dev.kvstore.cli.options.UsageErrors;
import dev.kvstore.cli.terminal.Console;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** The base class of commands. */
@Command
public abstract class Action implements Callable<Integer> {
  // Set by picocli before anything is called.
  @SuppressWarnings("NullAway.Init")
  @ParentCommand
  private KvCommand kv;

  /** Adds all errors in the arguments; if there are any, the command is not called. */
  public abstract void check(UsageErrors faults);

  @Override
  public abstract Integer call() throws IOException, InterruptedException;

  final Session session() {
    return kv.session();
  }

  final Console console() {
    return session().console();
  }

  /** Like {@link Console#note}. */
  final void note(String message) {
    console().note(message);
  }

  /** A command on the store of {@code --store}. */
  abstract static class OnStore extends Action {
    @Override
    public void check(UsageErrors faults) {
      session().connection().check(faults, true);
    }

    @Override
    public final Integer call() throws IOException, InterruptedException {
      try (KVDatabase database = session().open()) {
        return run(database.store(session().connection().store()));
      }
    }

    abstract int run(KVStore store) throws IOException, InterruptedException;
  }
}
