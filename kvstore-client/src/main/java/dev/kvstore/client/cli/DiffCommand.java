package dev.kvstore.client.cli;

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

/** Compares two stores or files. */
@Command(
    name = "diff",
    header = "Shows what differs between two stores or files.",
    description = "Lines with - are in the first alone, lines with + in the second. Ends"
        + " with 1 where there are differences, with 0 where there are none.",
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
      description = "The name of a store, or a file as 'kv export' makes it (for one without an"
          + " ending, write ./FILE and --format), or - for the standard input.")
  private @Nullable String from;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "TO",
      description = "The same; the store of --store without it.")
  private @Nullable String to;

  @Option(
      names = "--prefix",
      paramLabel = "PREFIX",
      description = "Compare only the keys that begin so.")
  private String prefix = "";

  @Mixin
  private FormatOption format = new FormatOption();

  DiffCommand(Session session) {
    super(session);
  }

  @Override
  void check(Faults faults) {
    session.connection().check(faults, to == null);
    if (Objects.equals(from, "-") && Objects.equals(to, "-")) {
      faults.add("Only one of the two can be the standard input");
    }
  }

  @Override
  public Integer call() throws IOException {
    String second = to == null ? session.connection().store() : to;
    Map<String, RawValue> before = read(Objects.requireNonNull(from, "checked"));
    Map<String, RawValue> after = read(second);
    List<Difference> differences = Difference.between(before, after);
    differences.forEach(difference -> difference.print(console()));
    return differences.isEmpty() ? ExitCodes.OK : ExitCodes.DIFFERENT;
  }

  private Map<String, RawValue> read(String operand) throws IOException {
    Map<String, RawValue> values =
        new LinkedHashMap<>(Operand.of(operand, prefix, format).read(session));
    values.keySet().removeIf(key -> !key.startsWith(prefix));
    return values;
  }
}
