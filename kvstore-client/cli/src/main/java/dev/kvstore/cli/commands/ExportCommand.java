package dev.kvstore.cli.commands;

import dev.kvstore.KVStore;
import dev.kvstore.cli.options.FileOptions;
import dev.kvstore.cli.options.PrefixOption;
import dev.kvstore.cli.options.UsageErrors;
import dev.kvstore.cli.terminal.CliException;
import dev.kvstore.cli.terminal.ExitCodes;
import dev.kvstore.cli.terminal.LocalFiles;
import dev.kvstore.cli.terminal.Progress;
import dev.kvstore.internal.transfer.FileFormat;
import dev.kvstore.internal.transfer.SnapshotExport;
import dev.kvstore.internal.transfer.Writing;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "export",
    header = "Writes values to a file, as JSON, YAML or properties.",
    description = "Writes all values, or those below a prefix. Numbers keep every digit; types"
        + " that JSON does not have, such as dates, become text. What the file cannot hold is"
        + " listed; --format exact holds everything.",
    footer = {
      "  kv export > all.json",
      "  kv export ui. --file ui.yaml      # only you can read the file",
      "  kv export --format exact --metadata > all.jsonl     # for a backup",
      "  kv export --format exact --history > house.jsonl    # to move to another database",
      "  kv export --format properties | grep ^http",
      "  kv export --format properties --flatten --types text    # for Spring"
    })
final class ExportCommand extends Action.OnStore {
  /** The maximum number of listed values that the file cannot represent exactly. */
  private static final int MOST_LOSSES = 100;

  @Mixin
  private PrefixOption.OrArgument prefix = new PrefixOption.OrArgument();

  @Option(
      names = {"-f", "--file"},
      paramLabel = "FILE",
      description = "Write to this file. It is replaced once everything is written.")
  private @Nullable Path file;

  @Mixin
  private FileOptions options = new FileOptions();

  @Option(
      names = "--metadata",
      description = "Write version, etag, times, author and expiry of each entry too.")
  private boolean metadata;

  @Option(
      names = "--history",
      description = "Write all revisions with their metadata, and the labels, in place of the"
          + " entries. Only with --format exact.")
  private boolean history;

  @Override
  public void check(UsageErrors faults) {
    super.check(faults);
    prefix.check(faults);
    options.check(faults);
    if (file != null && file.toString().isEmpty()) {
      faults.addFor("--file", "the name of the file is empty");
    }
  }

  @Override
  int run(KVStore store) throws IOException {
    if (file == null) {
      write(store, console().out(), options.formatOrJson());
      return ExitCodes.OK;
    }
    FileFormat chosen = options.formatOf(file.toString());
    long count;
    try {
      count = LocalFiles.replace(file, writer -> write(store, writer, chosen));
    } catch (IOException e) {
      throw new CliException(
          ExitCodes.INTERNAL, file + " cannot be written: " + LocalFiles.reason(e), e);
    }
    note("Exported " + count + counted(count) + " to " + file);
    return ExitCodes.OK;
  }

  private String counted(long count) {
    return history ? count == 1 ? " revision" : " revisions" : count == 1 ? " entry" : " entries";
  }

  private long write(KVStore store, Writer writer, FileFormat chosen) throws IOException {
    List<String> losses = new ArrayList<>();
    long[] more = {0};
    Writing values = new Writing(chosen, options.types(), options.separator(), metadata);
    Writing writing = history ? values.withHistory() : values;
    long count;
    try (Progress progress = new Progress(console(), "Exported")) {
      count = new SnapshotExport(store, prefix.value(), writing)
          .to(
              writer,
              loss -> {
                if (losses.size() < MOST_LOSSES) {
                  losses.add(loss);
                } else {
                  more[0]++;
                }
              },
              done -> {
                progress.tell(done, 0);
                // a full disk or closed pipe is reported at the end
                return !(writer instanceof PrintWriter out && out.checkError());
              });
    }
    losses.forEach(this::note);
    if (more[0] > 0) {
      note("… and " + more[0] + " more");
    }
    return count;
  }
}
