package dev.kvstore.cli.commands;

import dev.kvstore.KVQuery;
import dev.kvstore.KVStore;
import dev.kvstore.KVSubscription;
import dev.kvstore.Names;
import dev.kvstore.cli.options.PrefixOption;
import dev.kvstore.cli.options.UsageErrors;
import dev.kvstore.cli.terminal.ExitCodes;
import dev.kvstore.cli.terminal.Interrupt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "watch",
    header = "Prints changes as they happen, until Ctrl-C.",
    description = "Watches one key, the keys with a prefix, or all keys, and prints one change"
        + " per line. A printed value is that of the version or a newer one.",
    footer = {
      "  kv watch ui.theme",
      "  kv watch --prefix ui.",
      "  kv watch -o json",
      "",
      "With -o json there is also an event 'ready', from which on nothing is missed, and an event",
      "'reset': changes may have been missed, so read again what you rely on."
    })
final class WatchCommand extends Action.OnStore {
  /** The format of printed changes. */
  enum Lines {
    JSON;

    @Override
    public String toString() {
      return "json";
    }
  }

  @Parameters(arity = "0..1", paramLabel = "KEY", description = "The key to watch.")
  private @Nullable String key;

  @Mixin
  private PrefixOption prefix = new PrefixOption();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "json: print each change as an object on one line.")
  private @Nullable Lines output;

  @Override
  public void check(UsageErrors faults) {
    super.check(faults);
    if (key != null && prefix.isGiven(faults)) {
      faults.add("Give only one of KEY, --prefix");
    }
    String given = key;
    if (given != null) {
      faults.check(() -> Names.checkKey(given));
    }
  }

  @Override
  @SuppressWarnings("try") // the resource is not referenced
  int run(KVStore store) throws InterruptedException {
    // Fail if the service is down: a watch alone would silently wait for it.
    store.keys(KVQuery.prefix(prefix.value()).limit(1));
    ChangeLines lines = output == null
        ? new ChangeLines.Plain(store, console(), session().interrupt()::end)
        : new ChangeLines.Json(store, console(), session().interrupt()::end);
    try (Interrupt.Hold held = session().interrupt().hold();
        KVSubscription watch =
            key == null ? store.watchAll(prefix.value(), lines) : store.watch(key, lines)) {
      session().interrupt().await();
    }
    return ExitCodes.OK;
  }
}
