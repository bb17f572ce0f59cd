package dev.kvstore.cli.commands;

import dev.kvstore.InvalidInputException;
import dev.kvstore.KVEntry;
import dev.kvstore.KVStore;
import dev.kvstore.Names;
import dev.kvstore.cli.document.FileFormat;
import dev.kvstore.cli.document.FileProblems;
import dev.kvstore.cli.document.Flattening;
import dev.kvstore.cli.document.Node;
import dev.kvstore.cli.document.ValueDocumentWriter;
import dev.kvstore.cli.document.Values;
import dev.kvstore.cli.options.FileOptions;
import dev.kvstore.cli.options.PrefixOption;
import dev.kvstore.cli.options.UsageErrors;
import dev.kvstore.cli.terminal.CliException;
import dev.kvstore.cli.terminal.ExitCodes;
import dev.kvstore.cli.terminal.LocalFiles;
import dev.kvstore.cli.terminal.Progress;
import dev.kvstore.cli.terminal.Texts;
import dev.kvstore.spi.RawValue;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "export",
    header = "Writes values to a file, as JSON, YAML or properties.",
    description = "Writes all values, or those below a prefix. Numbers keep every digit; types"
        + " that JSON does not have, such as dates, become text.",
    footer = {
      "  kv export > all.json",
      "  kv export ui. --file ui.yaml      # only you can read the file",
      "  kv export --format properties | grep ^http",
      "  kv export --format properties --flatten --types text    # for Spring"
    })
final class ExportCommand extends Action.OnStore {
  private static final int STEP = 100;

  @Mixin
  private PrefixOption.OrArgument prefix = new PrefixOption.OrArgument();

  @Option(
      names = {"-f", "--file"},
      paramLabel = "FILE",
      description = "Write to this file. It is replaced once everything is written.")
  private @Nullable Path file;

  @Mixin
  private FileOptions options = new FileOptions();

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
    note("Exported " + count + (count == 1 ? " entry" : " entries") + " to " + file);
    return ExitCodes.OK;
  }

  private long write(KVStore store, Writer writer, FileFormat chosen) throws IOException {
    long count = 0;
    List<String> losses = new ArrayList<>();
    Set<String> keys = new HashSet<>();
    try (Progress progress = new Progress(console(), "Exported");
        ValueDocumentWriter document =
            ValueDocumentWriter.to(writer, chosen, options.types(), losses::add)) {
      Iterator<KVEntry<RawValue>> entries =
          store.stream(prefix.value(), RawValue.TYPE).iterator();
      while (entries.hasNext()) {
        KVEntry<RawValue> entry = entries.next();
        if (options.separator() == null) {
          document.write(entry.key(), Values.of(entry));
        } else {
          writeFlat(document, entry, keys, losses);
        }
        count++;
        if (count % STEP == 0) {
          progress.tell(count, 0);
          if (writer instanceof PrintWriter out && out.checkError()) {
            break; // the full disk or the closed pipe is reported at the end
          }
        }
      }
    }
    losses.forEach(this::note);
    return count;
  }

  private void writeFlat(
      ValueDocumentWriter document, KVEntry<RawValue> entry, Set<String> keys, List<String> losses)
      throws IOException {
    Node value = Values.node(Values.of(entry));
    Node.Member member = new Node.Member(entry.key(), value.place(), value);
    String separator = String.valueOf(options.separator());
    for (Node.Member flat :
        Flattening.of(List.of(member), separator, new FileProblems(entry.key()))) {
      if (!keys.add(flat.name())) {
        throw CliException.usage("Two values would get the key '" + Texts.oneLine(flat.name())
            + "': use another separator, as --flatten=/");
      }
      try {
        Names.checkKey(flat.name());
      } catch (InvalidInputException e) {
        losses.add(
            FileProblems.Path.of(flat.name()) + "'kv import' refuses this key: " + e.getMessage());
      }
      document.write(flat.name(), flat.value());
    }
  }
}
