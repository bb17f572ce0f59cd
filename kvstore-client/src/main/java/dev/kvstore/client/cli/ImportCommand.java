package dev.kvstore.client.cli;

import dev.kvstore.BatchResult;
import dev.kvstore.KVException;
import dev.kvstore.KVStore;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.WriteOptions;
import dev.kvstore.spi.RawValue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes the values of a file to the store. */
@Command(
    name = "import",
    header = "Writes the values of a file to the store.",
    description = "The file is one as 'kv export' makes it. What is in the store already"
        + " and the same is not written again, and what is not in the file stays as"
        + " it is.",
    footer = {
      "  kv import settings.yaml --dry-run     # shows what would change, and changes nothing",
      "  kv import settings.yaml",
      "  kv import defaults.json --mode defaults",
      "  kv export | kv import - --store copy"
    })
final class ImportCommand extends Action.OnStore {
  private static final int AT_ONCE = 200;

  /** What becomes of keys that have an entry. */
  enum Mode {
    MERGE,
    DEFAULTS;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Parameters(paramLabel = "FILE", description = "The file, or - for the standard input as JSON.")
  private @Nullable String file;

  @Mixin
  private FormatOption format = new FormatOption();

  @Option(
      names = "--prefix",
      paramLabel = "PREFIX",
      description = "Take only the keys that begin so.")
  private String prefix = "";

  @Option(
      names = "--mode",
      paramLabel = "MODE",
      description = "merge: write over what is there (this is the default); defaults: write only"
          + " where there is no entry.")
  private Mode mode = Mode.MERGE;

  @Option(names = "--dry-run", description = "Show what would change, and change nothing.")
  private boolean dryRun;

  ImportCommand(Session session) {
    super(session);
  }

  @Override
  int run(KVStore store) throws IOException {
    Map<String, RawValue> values = new LinkedHashMap<>(
        Operand.file(Objects.requireNonNull(file, "checked"), format).read(session));
    values.keySet().removeIf(key -> !key.startsWith(prefix));
    Map<String, RawValue> present = Operand.values(store, values.keySet());
    List<Difference> differences = Difference.between(present, values).stream()
        .filter(difference -> mode == Mode.MERGE || difference.before() == null)
        .toList();
    if (dryRun) {
      differences.forEach(difference -> difference.print(console()));
      long created = differences.stream().filter(d -> d.before() == null).count();
      summarize("Would import", values.size(), created, differences.size() - created);
      return ExitCodes.OK;
    }
    write(store, differences, values.size());
    return ExitCodes.OK;
  }

  private void write(KVStore store, List<Difference> differences, int all) {
    long created = 0;
    long changed = 0;
    try (Progress progress = new Progress(console(), "Imported")) {
      for (int from = 0; from < differences.size(); from += AT_ONCE) {
        List<Difference> some =
            differences.subList(from, Math.min(from + AT_ONCE, differences.size()));
        if (mode == Mode.MERGE) {
          BatchResult result = setAll(store, some);
          created += result.created();
          changed += result.replaced();
        } else {
          created +=
              some.stream().filter(difference -> setDefault(store, difference)).count();
        }
        progress.tell(from + some.size(), differences.size());
      }
    } catch (KVException e) {
      console()
          .note("Some entries may have been imported, at least " + (created + changed) + " of "
              + differences.size() + ": the same command goes on where this one ended");
      throw e;
    }
    summarize("Imported", all, created, changed);
  }

  private static BatchResult setAll(KVStore store, List<Difference> differences) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    differences.forEach(difference -> values.put(difference.key(), value(difference)));
    return store.setMany(values);
  }

  /** Tells whether it was stored, and not somebody else's value in between. */
  private static boolean setDefault(KVStore store, Difference difference) {
    try {
      store.set(difference.key(), value(difference), WriteOptions.ifAbsent());
      return true;
    } catch (PreconditionFailedException e) {
      return false;
    }
  }

  private static @Nullable Object value(Difference difference) {
    return Values.toStore(Objects.requireNonNull(difference.after(), "it is in the file"));
  }

  private void summarize(String what, int all, long created, long changed) {
    List<String> parts = new ArrayList<>();
    parts.add(created + " created");
    parts.add(changed + " changed");
    parts.add((all - created - changed) + (mode == Mode.MERGE ? " the same" : " kept"));
    console()
        .out()
        .println(
            what + " " + all + (all == 1 ? " entry: " : " entries: ") + String.join(", ", parts));
  }
}
