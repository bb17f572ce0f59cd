package dev.kvstore.http.command;

import dev.kvstore.ByteSize;
import dev.kvstore.InvalidInputException;
import dev.kvstore.http.auth.Role;
import dev.kvstore.internal.config.DurationConverter;
import java.time.Duration;
import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

public final class Converters {
  private Converters() {}

  /** Adds the converters to the command and its subcommands. */
  public static CommandLine addTo(CommandLine command) {
    return command
        .registerConverter(Duration.class, new DurationConverter())
        .registerConverter(ByteSize.class, Converters::byteSize)
        .registerConverter(Role.class, Converters::role);
  }

  private static ByteSize byteSize(String text) {
    try {
      return ByteSize.parse(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException("'" + text + "' " + e.getMessage());
    }
  }

  private static Role role(String text) {
    try {
      return Role.of(text);
    } catch (InvalidInputException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
