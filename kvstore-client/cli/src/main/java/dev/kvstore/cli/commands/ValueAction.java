package dev.kvstore.cli.commands;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.WriteOptions;
import dev.kvstore.cli.options.CommentOption;
import dev.kvstore.cli.options.TimeToLiveOption;
import dev.kvstore.cli.options.UsageErrors;
import dev.kvstore.cli.terminal.CliException;
import dev.kvstore.cli.terminal.ExitCodes;
import dev.kvstore.cli.terminal.LocalFiles;
import dev.kvstore.internal.transfer.SnapshotSource;
import dev.kvstore.internal.transfer.Values;
import dev.kvstore.spi.RawValue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A command that writes a value. */
abstract class ValueAction extends KeyAction {
  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "VALUE",
      description = "The value as JSON, or - to read it from standard input.")
  private @Nullable String value;

  @Option(
      names = {"-f", "--file"},
      paramLabel = "FILE",
      description = "Read the value from this file.")
  private @Nullable Path file;

  @Option(
      names = {"-s", "--string"},
      description = "The value is plain text; with --file or - including a final line break.")
  private boolean string;

  @Mixin
  private TimeToLiveOption timeToLive = new TimeToLiveOption();

  @Mixin
  private CommentOption comment = new CommentOption();

  @Override
  public void check(UsageErrors faults) {
    super.check(faults);
    timeToLive.check(faults);
    comment.check(faults);
    faults.exclude(value == null ? null : "VALUE", file == null ? null : "--file");
    if (file != null && file.toString().isEmpty()) {
      faults.addFor("--file", "the name of the file is empty");
    }
    if (value == null && file == null) {
      faults.add("Missing the value: give VALUE, --file FILE, or - for the standard input");
    }
  }

  /** Returns the options with the given time to live and comment. */
  final WriteOptions given(WriteOptions options) {
    return comment.addTo(timeToLive.addTo(options));
  }

  /** @throws CliException if it cannot be read or is not JSON */
  final RawValue value() throws IOException {
    byte[] bytes;
    String name;
    if (file != null) {
      bytes = LocalFiles.read(file);
      name = file.toString();
    } else if (Objects.equals(value, "-")) {
      bytes = console().in().readAllBytes();
      name = "The standard input";
    } else {
      bytes = Objects.requireNonNull(value, "checked").getBytes(StandardCharsets.UTF_8);
      name = "VALUE";
    }
    return string ? text(bytes, name) : json(bytes, name);
  }

  private static RawValue text(byte[] bytes, String name) {
    try {
      return Values.ofText(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (CharacterCodingException e) {
      throw new CliException(ExitCodes.USAGE, name + " is not UTF-8", e);
    }
  }

  private static RawValue json(byte[] bytes, String name) {
    try {
      return Values.ofJson(SnapshotSource.withoutMark(bytes));
    } catch (InvalidInputException e) {
      String hint = e.code() == ErrorCode.INVALID_JSON
          ? "; for text, add --string or put it in quotes: '\"text\"'"
          : "";
      throw new CliException(ExitCodes.USAGE, name + ": " + e.getMessage() + hint, e);
    }
  }
}
