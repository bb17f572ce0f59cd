package dev.kvstore.cli.commands;

import dev.kvstore.KVDatabase;
import dev.kvstore.KVQuery;
import dev.kvstore.Names;
import dev.kvstore.cli.options.FileOptions;
import dev.kvstore.cli.options.PrefixOption;
import dev.kvstore.cli.options.UsageErrors;
import dev.kvstore.cli.terminal.CliException;
import dev.kvstore.cli.terminal.ExitCodes;
import dev.kvstore.spi.RawValue;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "diff",
    header = "Shows what differs between two stores or files.",
    description = "Lines with - are only in the first, lines with + only in the second. The exit"
        + " code is 1 if there are differences, 0 if there are none.",
    footer = {
      "  kv diff staging production",
      "  kv diff settings.yaml             # with the store of --store",
      "  kv diff app settings.yaml --prefix ui.",
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

  @Mixin
  private FileOptions options = new FileOptions();

  @Override
  public void check(UsageErrors faults) {
    session().connection().check(faults, to == null);
    options.check(faults);
    if (Objects.equals(from, "-") && Objects.equals(to, "-")) {
      faults.add("Only one of the two can be the standard input");
    }
  }

  @Override
  public Integer call() throws IOException {
    String second = to == null ? session().connection().store() : to;
    String first = Objects.requireNonNull(from, "checked");
    Map<String, RawValue> before = Operand.of(first, prefix.value(), options).read(session());
    Map<String, RawValue> after = Operand.of(second, prefix.value(), options).read(session());
    checkStores(
        before.isEmpty() && isEmptyStore(first) ? first : null,
        after.isEmpty() && isEmptyStore(second) ? second : null);
    List<Difference> differences = Difference.between(before, after);
    differences.forEach(difference -> difference.print(console()));
    return differences.isEmpty() ? ExitCodes.OK : ExitCodes.DIFFERENT;
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
