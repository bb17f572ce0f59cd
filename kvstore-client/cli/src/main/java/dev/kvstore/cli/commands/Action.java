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

/** What a command does. */
@Command
public abstract class Action implements Callable<Integer> {
  // Set by picocli before anything is called.
  @SuppressWarnings("NullAway.Init")
  @ParentCommand
  private KvCommand kv;

  /** Adds what is wrong with what was given; where anything is, the command is not called. */
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

  /** One that works on the store of {@code --store}. */
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
