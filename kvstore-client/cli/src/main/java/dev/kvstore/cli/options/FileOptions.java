package dev.kvstore.cli.options;

import dev.kvstore.cli.terminal.CliException;
import dev.kvstore.cli.terminal.ExitCodes;
import dev.kvstore.cli.terminal.LocalFiles;
import dev.kvstore.internal.support.Texts;
import dev.kvstore.internal.transfer.FileFormat;
import dev.kvstore.internal.transfer.Reading;
import dev.kvstore.internal.transfer.SnapshotReader;
import dev.kvstore.internal.transfer.SnapshotSource;
import dev.kvstore.internal.transfer.Types;
import dev.kvstore.spi.RawValue;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Stack;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** The options for the format of a file of values. */
public final class FileOptions {
  private static final int LONGEST_SEPARATOR = 3;

  /** The name of the standard input in messages. */
  private static final String INPUT = "(standard input)";

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "json, yaml, properties, or exact, which keeps every type and has one entry a"
          + " line; by default that of the file extension.")
  private @Nullable FileFormat format;

  @Option(
      names = "--flatten",
      arity = "0..1",
      paramLabel = "SEPARATOR",
      preprocessor = OnlyAttached.class,
      description = "Turn nested values into keys: {\"a\": {\"b\": [1]}} becomes a.b[0]."
          + " --flatten=/ sets another separator than '.'.")
  private @Nullable String separator;

  @Option(
      names = "--types",
      paramLabel = "TYPES",
      description = "How to read unquoted values in YAML and properties. json (default): numbers"
          + " without exponent, true, false and null as in JSON, otherwise text; text: always"
          + " text; yaml11: as in YAML 1.1, where yes is true and 010 is 8.")
  private Types types = Types.JSON;

  public void check(UsageErrors faults) {
    if (separator != null && !isSeparator(separator)) {
      faults.addFor(
          "--flatten",
          "a separator is one to three signs other than [ and ], such as . or / or ::");
    }
    String next = faults.argumentAfter("--flatten");
    if (next != null && !faults.messages().isEmpty() && isSeparator(next)) {
      faults.add("If '" + next + "' is the separator, write --flatten=" + next);
    }
  }

  /** Returns true if the text may be a separator; brackets are reserved for indexes. */
  private static boolean isSeparator(String text) {
    return !text.isEmpty()
        && text.length() <= LONGEST_SEPARATOR
        && text.codePoints()
            .noneMatch(
                c -> Character.isLetterOrDigit(c) || Texts.steers(c) || c == '[' || c == ']');
  }

  public Types types() {
    return types;
  }

  /** Returns the separator for the names of nested values, or null to keep them nested. */
  @Nullable
  public String separator() {
    return separator;
  }

  /** Returns the format of the file; throws {@link CliException} if it is unknown. */
  public FileFormat formatOf(String file) {
    FileFormat found = format == null ? FileFormat.of(file) : format;
    if (found == null) {
      throw CliException.usage("What format has " + file
          + "? Its name ends in none of .json, .yaml, .yml, .properties and"
          + " .jsonl: give --format");
    }
    return found;
  }

  /** Returns the format, JSON by default. */
  public FileFormat formatOrJson() {
    return format == null ? FileFormat.JSON : format;
  }

  /**
   * Returns a reader of the file with this name; - is the standard input. The caller must close the
   * source.
   *
   * @throws CliException if there is no such file, or it cannot be read
   */
  public SnapshotReader reader(SnapshotSource source, boolean metadata) {
    FileFormat chosen = source.name().equals(INPUT) ? formatOrJson() : formatOf(source.name());
    Reading reading = Reading.of(chosen, types, separator);
    return new SnapshotReader(source, metadata ? reading.withMetadata() : reading);
  }

  /**
   * Returns the file with this name; - is the standard input.
   *
   * @throws CliException if there is no such file, or it cannot be read
   */
  public SnapshotSource source(String file, Session session) throws IOException {
    if (file.equals("-")) {
      return SnapshotSource.copyOf(session.console().in(), INPUT);
    }
    formatOf(file);
    try {
      return SnapshotSource.of(Path.of(file), file);
    } catch (IOException e) {
      throw new CliException(ExitCodes.USAGE, file + " cannot be read: " + LocalFiles.reason(e), e);
    }
  }

  /** Returns the values of the file with this name whose keys begin with the prefix. */
  public Map<String, RawValue> values(String file, String prefix, Session session)
      throws IOException {
    try (SnapshotSource source = source(file, session)) {
      SnapshotReader reader = reader(source, false);
      Map<String, RawValue> values = reader.values(prefix);
      reader.notes().forEach(session.console()::note);
      return values;
    }
  }

  /** Accepts only a separator attached with =, never the next argument. */
  static final class OnlyAttached implements IParameterPreprocessor {
    @Override
    public boolean preprocess(
        Stack<String> arguments, CommandSpec command, ArgSpec option, Map<String, Object> info) {
      if (!"=".equals(info.get("separator"))) {
        arguments.push(".");
      }
      return false;
    }
  }
}
