package dev.kvstore.internal.config;

import dev.kvstore.InvalidInputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Collects all errors in the input of a command, so that they can be fixed at once. */
public abstract class CommandErrors {
  protected final CommandSpec command;
  private final List<String> messages = new ArrayList<>();

  protected CommandErrors(CommandSpec command) {
    this.command = command;
  }

  /**
   * Returns the prefix of a message about the option's value; empty if it was given on the command
   * line.
   */
  protected abstract String blame(OptionSpec option);

  public final List<String> messages() {
    return List.copyOf(messages);
  }

  public final void add(String message) {
    messages.add(message);
  }

  /** Adds the errors of the parser. */
  public void addParseErrors(ParseResult parsed) {
    for (ParseResult part = parsed; part != null; part = part.subcommand()) {
      part.errors().forEach(error -> add(message(error)));
    }
  }

  /** Runs the check and adds its exception, if any. */
  public final void check(Runnable check) {
    check(check, "");
  }

  /**
   * Runs the check and adds its exception, if any.
   *
   * @param begin the beginning of the message
   */
  protected final void check(Runnable check, String begin) {
    try {
      check.run();
    } catch (InvalidInputException e) {
      add(begin + e.getMessage());
    }
  }

  /** Returns the message of an error found by picocli, with the place of the wrong value. */
  public final String message(Exception error) {
    String message = String.valueOf(error.getMessage());
    if (error instanceof UnmatchedArgumentException unmatched) {
      List<String> nearest = nearest(unmatched);
      return message
          + (nearest.isEmpty() ? "" : ". Did you mean " + String.join(" or ", nearest) + "?");
    }
    @Nullable
    ArgSpec argument = error instanceof ParameterException wrong ? wrong.getArgSpec() : null;
    if (argument != null && argument.type().isEnum()) {
      Object[] values = argument.type().getEnumConstants();
      List<String> names =
          Arrays.stream(values).map(value -> ((Enum<?>) value).name()).toList();
      message = message.replace(names.toString(), Arrays.toString(values));
    }
    return argument instanceof OptionSpec option ? blame(option) + message : message;
  }

  /** Returns the known names most similar to a misspelled option or command. */
  private static List<String> nearest(UnmatchedArgumentException error) {
    String wrong = error.getUnmatched().get(0).split("=", 2)[0];
    if (!wrong.startsWith("--")) {
      return error.getSuggestions();
    }
    List<String> known = error.getCommandLine().getCommandSpec().options().stream()
        .map(option -> option.longestName().replaceFirst("^--", ""))
        .toList();
    return SettingNames.nearest(wrong.substring(2), known).map(name -> "--" + name).stream()
        .toList();
  }

  /** Returns the result for the command that is to run. */
  public static ParseResult last(ParseResult parsed) {
    ParseResult last = parsed;
    while (last.hasSubcommand()) {
      last = last.subcommand();
    }
    return last;
  }

  /** Makes the parser continue after an error, so that its result has all errors. */
  public static void collectAll(CommandLine commandLine) {
    commandLine.getCommandSpec().parser().collectErrors(true);
    commandLine.getSubcommands().values().forEach(CommandErrors::collectAll);
  }
}
