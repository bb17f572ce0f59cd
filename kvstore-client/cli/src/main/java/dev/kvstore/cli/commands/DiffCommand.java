package dev.kvstore.cli.commands;

import dev.kvstore.KVDatabase;
import dev.kvstore.KVDifferences;
import dev.kvstore.KVEntry;
import dev.kvstore.KVQuery;
import dev.kvstore.KVStore;
import dev.kvstore.Names;
import dev.kvstore.cli.options.FileOptions;
import dev.kvstore.cli.options.PrefixOption;
import dev.kvstore.cli.options.UsageErrors;
import dev.kvstore.cli.terminal.CliException;
import dev.kvstore.cli.terminal.ExitCodes;
import dev.kvstore.spi.RawValue;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "diff",
    header = "Shows what differs between two stores or files.",
    description = "Lines with - are only in the first, lines with + only in the second. Between two"
        + " stores it also shows types that differ, which a file does not have. The exit code is 1"
        + " if there are differences, 0 if there are none.",
    footer = {
      "  kv diff staging production",
      "  kv diff settings.yaml             # with the store of --store",
      "  kv diff app settings.yaml --prefix ui.",
      "  kv diff app app --prefix ui. --to-prefix web.",
      "  kv export --server http://127.0.0.1:7070 | kv diff - app"
    })
final class DiffCommand extends Action {
  @Parameters(
      index = "0",
      paramLabel = "FROM",
      description = "A store, a file as written by 'kv export' (without an extension, write"
          + " ./FILE and --format), or - for standard input.")
  private @Nullable String from;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "TO",
      description = "The same; by default the store of --store.")
  private @Nullable String to;

  @Mixin
  private PrefixOption prefix = new PrefixOption();

  @Option(
      names = "--to-prefix",
      paramLabel = "PREFIX",
      description = "What the keys in TO begin with, where those in FROM have --prefix.")
  private @Nullable String toPrefix;

  @Mixin
  private FileOptions options = new FileOptions();

  @Override
  public void check(UsageErrors faults) {
    session().connection().check(faults, to == null);
    options.check(faults);
    String other = toPrefix;
    if (other != null) {
      faults.addFrom("--to-prefix", () -> KVQuery.prefix(other));
    }
    if (Objects.equals(from, "-") && Objects.equals(to, "-")) {
      faults.add("Only one of the two can be the standard input");
    }
  }

  @Override
  public Integer call() throws IOException {
    String second = to == null ? session().connection().store() : to;
    String first = Objects.requireNonNull(from, "checked");
    boolean differs = (Names.isStore(first) && Names.isStore(second))
        ? compareStores(first, second)
        : compareValues(first, second);
    return differs ? ExitCodes.DIFFERENT : ExitCodes.OK;
  }

  private String secondPrefix() {
    return toPrefix == null ? prefix.value() : toPrefix;
  }

  private boolean compareValues(String first, String second) throws IOException {
    Map<String, RawValue> before = Operand.of(first, prefix.value(), options).read(session());
    Map<String, RawValue> after = new LinkedHashMap<>();
    Operand.of(second, secondPrefix(), options)
        .read(session())
        .forEach((key, value) ->
            after.put(prefix.value() + key.substring(secondPrefix().length()), value));
    checkStores(
        before.isEmpty() && isEmptyStore(first) ? first : null,
        after.isEmpty() && isEmptyStore(second) ? second : null);
    List<Difference> differences = Difference.between(before, after);
    differences.forEach(difference -> difference.print(console()));
    return !differences.isEmpty();
  }

  /** The service compares, so that only what differs is read. */
  private boolean compareStores(String first, String second) {
    boolean differs = false;
    boolean isInFirst = false;
    boolean isInSecond = false;
    try (KVDatabase database = session().open()) {
      KVStore from = database.store(first);
      KVStore to = database.store(second);
      KVQuery query = KVQuery.prefix(prefix.value()).limit(KVQuery.MAX_LIMIT);
      boolean goesOn = true;
      while (goesOn) {
        KVDifferences<RawValue> page = from.differences(query, to, secondPrefix(), RawValue.TYPE);
        isInFirst |= page.same() > 0;
        isInSecond |= page.same() > 0;
        for (KVDifferences.Item<RawValue> item : page.items()) {
          differs = true;
          isInFirst |= item.left().isPresent();
          isInSecond |= item.right().isPresent();
          new Difference(
                  item.key(),
                  item.left().map(KVEntry::value).orElse(null),
                  item.right().map(KVEntry::value).orElse(null))
              .print(console());
        }
        goesOn = page.next().isPresent();
        query = goesOn ? query.after(page.next().get()) : query;
      }
    }
    checkStores(
        !isInFirst && isEmptyStore(first) ? first : null,
        !isInSecond && isEmptyStore(second) ? second : null);
    return differs;
  }

  /** Returns true for a store without entries, whose name may be a typing error. */
  private boolean isEmptyStore(String operand) {
    if (!Names.isStore(operand)) {
      return false;
    }
    try (KVDatabase database = session().open()) {
      KVQuery first = KVQuery.prefix("").limit(1);
      return database.store(operand).keys(first).items().isEmpty();
    }
  }

  private void checkStores(@Nullable String emptyFirst, @Nullable String emptySecond) {
    if (emptyFirst != null && emptySecond != null) {
      throw CliException.usage("There is neither a store '" + emptyFirst + "' nor a store '"
          + emptySecond + "' with any entries; 'kv stores' lists the stores");
    }
    String empty = emptyFirst == null ? emptySecond : emptyFirst;
    if (empty != null) {
      note("There is no store '" + empty + "' with any entries; 'kv stores' lists the" + " stores");
    }
  }
}
