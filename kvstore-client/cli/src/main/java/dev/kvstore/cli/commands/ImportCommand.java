package dev.kvstore.cli.commands;

import dev.kvstore.KVException;
import dev.kvstore.KVStore;
import dev.kvstore.cli.document.FileProblems;
import dev.kvstore.cli.document.StoredTypes;
import dev.kvstore.cli.document.ValueDocument;
import dev.kvstore.cli.document.Values;
import dev.kvstore.cli.options.FileOptions;
import dev.kvstore.cli.options.PrefixOption;
import dev.kvstore.cli.options.UsageErrors;
import dev.kvstore.cli.terminal.ExitCodes;
import dev.kvstore.cli.terminal.Progress;
import dev.kvstore.cli.terminal.Texts;
import dev.kvstore.internal.bson.BsonValues;
import dev.kvstore.spi.RawValue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "import",
    header = "Writes the values of a file to the store.",
    description = "Reads a file written by 'kv export' or by another application. Values that"
        + " are already the same are not written, and entries that are not in the file stay."
        + " Unchanged values keep their type, such as a date, which JSON does not have. Of"
        + " several YAML documents later ones override earlier ones; those with"
        + " spring.config.activate are left out.",
    footer = {
      "  kv import settings.yaml --dry-run     # shows what would change, and changes nothing",
      "  kv import settings.yaml",
      "  kv import settings.yaml --flatten     # http: {port: 80} is the key http.port",
      "  kv import settings.yaml --deep        # keeps members that only the store has",
      "  kv import defaults.json --mode defaults",
      "  kv export | kv import - --store copy"
    })
final class ImportCommand extends Action.OnStore {
  /** What becomes of keys that have an entry. */
  enum Mode {
    MERGE,
    DEFAULTS;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Parameters(paramLabel = "FILE", description = "The file, or - for JSON on standard input.")
  private @Nullable String file;

  @Mixin
  private FileOptions options = new FileOptions();

  @Mixin
  private PrefixOption prefix = new PrefixOption();

  @Option(
      names = "--mode",
      paramLabel = "MODE",
      description = "merge (default): replace existing values; defaults: write only where there"
          + " is no entry.")
  private Mode mode = Mode.MERGE;

  @Option(
      names = "--deep",
      description = "Merge objects member by member, at any depth, and keep members that the"
          + " file does not have. Otherwise the object in the file replaces the stored one.")
  private boolean deep;

  @Option(
      names = "--dry-run",
      description = "Show what would change, including dropped members, and change nothing.")
  private boolean dryRun;

  @Override
  public void check(UsageErrors faults) {
    super.check(faults);
    options.check(faults);
    if (deep && mode == Mode.DEFAULTS) {
      faults.add("Give only one of --deep, --mode defaults");
    }
  }

  @Override
  int run(KVStore store) throws IOException {
    ValueDocument document =
        options.read(Objects.requireNonNull(file, "checked"), session()).withPrefix(prefix.value());
    Map<String, RawValue> values = document.values();
    List<String> notes = new ArrayList<>();
    List<Difference> differences =
        differences(Operand.values(store, values.keySet()), values, notes);
    document.advice(differences.stream().map(Difference::key).toList()).forEach(this::note);
    if (options.separator() != null) {
      addContainersAbove(store, differences, options.separator(), notes);
    }
    notes.forEach(this::note);
    if (dryRun) {
      differences.forEach(difference -> difference.print(console()));
      long created = differences.stream().filter(d -> d.before() == null).count();
      summarize("Would import", values.size(), created, differences.size() - created);
    } else {
      write(new EntryWriter(store, deep), differences, values.size());
    }
    return ExitCodes.OK;
  }

  /** Returns what is to be written, and adds what the user should know about it. */
  private List<Difference> differences(
      Map<String, RawValue> present, Map<String, RawValue> values, List<String> notes) {
    List<Difference> differences = new ArrayList<>();
    for (Difference difference : Difference.between(present, values)) {
      RawValue before = difference.before();
      if (before == null) {
        differences.add(difference);
      } else if (mode == Mode.MERGE) {
        RawValue given = difference.written();
        StoredTypes.Kept kept = StoredTypes.keep(difference.key(), before, given, deep);
        if (!Values.same(before, kept.value())) {
          differences.add(new Difference(difference.key(), before, kept.value()));
          notes.addAll(kept.changes());
          if (dryRun) {
            StoredTypes.dropped(difference.key(), before, kept.value())
                .forEach(
                    path -> notes.add(path + "this member would be dropped; --deep would keep it"));
          }
        }
      }
    }
    return differences;
  }

  /** Adds the stored objects and arrays that could have the flattened keys as their parts. */
  private static void addContainersAbove(
      KVStore store, List<Difference> differences, String separator, List<String> notes) {
    Map<String, String> above = new LinkedHashMap<>();
    for (Difference difference : differences) {
      String key = difference.key();
      for (int i = 1; i < key.length(); i++) {
        if (key.startsWith(separator, i) || key.charAt(i) == '[') {
          above.putIfAbsent(key.substring(0, i), key);
        }
      }
    }
    Operand.values(store, above.keySet()).forEach((key, value) -> {
      BsonValue stored = BsonValues.toBsonValue(value);
      if (stored.isDocument() || stored.isArray()) {
        notes.add(
            FileProblems.Path.of(key) + "the store has a nested value under this key; it stays as"
                + " it is, beside '" + Texts.oneLine(String.valueOf(above.get(key))) + "'");
      }
    });
  }

  private void write(EntryWriter writer, List<Difference> differences, int all) {
    try (Progress progress = new Progress(console(), "Imported")) {
      if (mode == Mode.MERGE) {
        writer.set(differences, progress);
      } else {
        writer.setDefaults(differences, progress);
      }
    } catch (KVException e) {
      note("Some entries may have been imported, at least "
          + (writer.created() + writer.changed()) + " of " + differences.size()
          + ": the same command goes on where this one ended");
      throw e;
    }
    summarize("Imported", all, writer.created(), writer.changed());
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
