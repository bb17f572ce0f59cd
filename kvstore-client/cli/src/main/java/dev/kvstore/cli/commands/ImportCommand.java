package dev.kvstore.cli.commands;

import dev.kvstore.ChangeReport;
import dev.kvstore.ImportStoppedException;
import dev.kvstore.KVStore;
import dev.kvstore.cli.options.CommentOption;
import dev.kvstore.cli.options.FileOptions;
import dev.kvstore.cli.options.PrefixOption;
import dev.kvstore.cli.options.UsageErrors;
import dev.kvstore.cli.terminal.ExitCodes;
import dev.kvstore.cli.terminal.Progress;
import dev.kvstore.internal.bson.BsonValues;
import dev.kvstore.internal.support.Texts;
import dev.kvstore.internal.transfer.FileProblems;
import dev.kvstore.internal.transfer.ImportListener;
import dev.kvstore.internal.transfer.ImportMode;
import dev.kvstore.internal.transfer.ImportSettings;
import dev.kvstore.internal.transfer.PlannedWrite;
import dev.kvstore.internal.transfer.SnapshotImport;
import dev.kvstore.internal.transfer.SnapshotReader;
import dev.kvstore.internal.transfer.SnapshotSource;
import dev.kvstore.internal.transfer.StoredTypes;
import dev.kvstore.spi.RawValue;
import java.io.IOException;
import java.util.ArrayList;
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
    name = "import",
    header = "Writes the values of a file to the store.",
    description = "Reads a file written by 'kv export' or by another application. Values that"
        + " are already the same are not written, and entries that are not in the file stay"
        + " except with --mode replace."
        + " Unchanged values keep their type, such as a date, which JSON does not have. Of"
        + " several YAML documents later ones override earlier ones; those with"
        + " spring.config.activate are left out.",
    footer = {
      "  kv import settings.yaml --dry-run     # shows what would change, and changes nothing",
      "  kv import settings.yaml",
      "  kv import settings.yaml --flatten     # http: {port: 80} is the key http.port",
      "  kv import settings.yaml --deep        # keeps members that only the store has",
      "  kv import defaults.json --mode defaults",
      "  kv import settings.yaml --mode replace --dry-run",
      "  kv import house.jsonl --mode restore --store moved     # what 'kv export --history' wrote",
      "  kv export | kv import - --store copy"
    })
final class ImportCommand extends Action.OnStore {
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
          + " is no entry; replace: as merge, and delete what is not in the file; restore: store"
          + " all as it was, metadata and history included, in an empty store.")
  private ImportMode mode = ImportMode.MERGE;

  @Option(
      names = "--deep",
      description = "Merge objects member by member, at any depth, and keep members that the"
          + " file does not have. Otherwise the object in the file replaces the stored one.")
  private boolean deep;

  @Option(
      names = "--dry-run",
      description = "Show what would change, including dropped members, and change nothing.")
  private boolean dryRun;

  @Option(
      names = "--metadata",
      description = "The file has the metadata of each entry, as written by 'kv export"
          + " --metadata'. Its author and expiry are imported.")
  private boolean metadata;

  @Mixin
  private CommentOption comment = new CommentOption();

  @Override
  public void check(UsageErrors faults) {
    super.check(faults);
    options.check(faults);
    comment.check(faults);
    if (deep && mode == ImportMode.DEFAULTS) {
      faults.add("Give only one of --deep, --mode defaults");
    }
  }

  @Override
  int run(KVStore store) throws IOException {
    try (SnapshotSource source =
        options.source(Objects.requireNonNull(file, "checked"), session())) {
      SnapshotReader reader = options.reader(source, metadata);
      Notes notes = new Notes(store, reader);
      ImportSettings settings = new ImportSettings(
          prefix.value(), mode, deep, dryRun, null, null, comment.message(), true);
      ChangeReport report;
      try (notes.progress) {
        report = new SnapshotImport(store, reader, settings, notes).run();
      } catch (ImportStoppedException e) {
        note("Some entries may have been imported: the same command goes on where this one"
            + " ended");
        throw e;
      }
      reader.notes().forEach(this::note);
      notes.tellContainers();
      summarize(report);
    }
    return ExitCodes.OK;
  }

  /** Prints notes about the written entries. */
  private final class Notes implements ImportListener {
    private final KVStore store;
    private final SnapshotReader reader;
    private final Progress progress = new Progress(console(), "Imported");

    /** The prefixes of flattened keys, each with one of its keys. */
    private final Map<String, String> above = new LinkedHashMap<>();

    Notes(KVStore store, SnapshotReader reader) {
      this.store = store;
      this.reader = reader;
    }

    @Override
    public void write(PlannedWrite write) {
      reader.advice(write.entry()).forEach(console()::note);
      write.typeChanges().forEach(console()::note);
      RawValue before = write.valueBefore();
      if (options.separator() != null) {
        addAbove(write.key(), options.separator());
      }
      if (dryRun) {
        if (before != null) {
          StoredTypes.dropped(write.key(), before, write.after())
              .forEach(path ->
                  console().note(path + "this member would be dropped; --deep would keep it"));
        }
        new Difference(write.key(), before, write.after()).print(console());
      }
    }

    @Override
    public void deletion(String key, RawValue value) {
      if (dryRun) {
        new Difference(key, value, null).print(console());
      }
    }

    @Override
    public void progress(long done, long total) {
      if (!dryRun) {
        progress.tell(done, total);
      }
    }

    private void addAbove(String key, String separator) {
      for (int i = 1; i < key.length(); i++) {
        if (key.startsWith(separator, i) || key.charAt(i) == '[') {
          above.putIfAbsent(key.substring(0, i), key);
        }
      }
    }

    /** Prints notes about stored objects and arrays that may contain the flattened keys. */
    void tellContainers() {
      Operand.values(store, above.keySet()).forEach((key, value) -> {
        if (BsonValues.isContainer(value)) {
          console()
              .note(FileProblems.Path.of(key) + "the store has a nested value under this key; it"
                  + " stays as it is, beside '" + Texts.oneLine(String.valueOf(above.get(key)))
                  + "'");
        }
      });
    }
  }

  private void summarize(ChangeReport report) {
    if (mode == ImportMode.RESTORE) {
      long restored = report.created() + report.changed() + report.deleted();
      console()
          .out()
          .println((dryRun ? "Would restore " : "Restored ")
              + restored
              + (restored == 1 ? " revision" : " revisions")
              + (report.unchanged() == 0 ? "" : ", " + report.unchanged() + " were there"));
      return;
    }
    List<String> parts = new ArrayList<>();
    parts.add(report.created() + " created");
    parts.add(report.changed() + " changed");
    parts.add(report.unchanged() + (mode == ImportMode.DEFAULTS ? " kept" : " the same"));
    if (mode == ImportMode.REPLACE) {
      parts.add(report.deleted() + " deleted");
    }
    long all = report.created() + report.changed() + report.unchanged();
    console()
        .out()
        .println((dryRun ? "Would import " : "Imported ")
            + all
            + (all == 1 ? " entry: " : " entries: ")
            + String.join(", ", parts));
  }
}
