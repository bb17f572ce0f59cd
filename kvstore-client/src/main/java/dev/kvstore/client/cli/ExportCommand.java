package dev.kvstore.client.cli;

import dev.kvstore.KVEntry;
import dev.kvstore.KVStore;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes values to a file. */
@Command(
    name = "export",
    header = "Writes values to a file, as JSON, YAML or properties.",
    description = "Those whose keys begin with a prefix. Numbers keep every digit; what"
        + " JSON has no type for, as a date, becomes text.",
    footer = {
      "  kv export > all.json",
      "  kv export ui. --file ui.yaml      # a file for its owner alone",
      "  kv export --format properties | grep ^http"
    })
final class ExportCommand extends Action.OnStore {
  private static final int STEP = 100;

  @Parameters(
      arity = "0..1",
      paramLabel = "PREFIX",
      description = "With what the keys begin; all of them without it.")
  private String prefix = "";

  @Option(
      names = {"-f", "--file"},
      paramLabel = "FILE",
      description = "Write to this file, which is replaced when all is written.")
  private @Nullable Path file;

  @Mixin
  private FormatOption format = new FormatOption();

  ExportCommand(Session session) {
    super(session);
  }

  @Override
  int run(KVStore store) throws IOException {
    if (file == null) {
      write(store, console().out(), format.orJson());
      return ExitCodes.OK;
    }
    Format chosen = format.of(file.toString());
    long count;
    try {
      count = LocalFiles.replace(file, writer -> write(store, writer, chosen));
    } catch (IOException e) {
      throw new CliException(
          ExitCodes.INTERNAL, file + " cannot be written: " + LocalFiles.reason(e), e);
    }
    console().note("Exported " + count + (count == 1 ? " entry" : " entries") + " to " + file);
    return ExitCodes.OK;
  }

  private long write(KVStore store, Writer writer, Format chosen) throws IOException {
    long count = 0;
    try (Progress progress = new Progress(console(), "Exported");
        DocumentWriter document = DocumentWriter.to(writer, chosen)) {
      for (KVEntry<Object> entry : Values.entries(store, prefix)) {
        document.write(entry.key(), Values.of(entry));
        count++;
        if (count % STEP == 0) {
          progress.tell(count, 0);
        }
      }
    }
    return count;
  }
}
