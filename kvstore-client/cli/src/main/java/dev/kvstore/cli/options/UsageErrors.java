package dev.kvstore.cli.options;

import dev.kvstore.InvalidInputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** All that is wrong with what a command was given, so that it can be put right at once. */
public final class UsageErrors {
  private final CommandSpec command;
  private final ParseResult parsed;
  private final Sources sources;
  private final List<String> messages = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();

  public UsageErrors(CommandSpec command, ParseResult parsed, Sources sources) {
    this.command = command;
    this.parsed = parsed;
    this.sources = sources;
  }

  Sources sources() {
    return sources;
  }

  public List<String> messages() {
    return List.copyOf(messages);
  }

  public List<String> warnings() {
    return List.copyOf(warnings);
  }

  public void add(String message) {
    messages.add(message);
  }

  void warn(String message) {
    warnings.add(message);
  }

  /** Adds what the parser has found. */
  public void addParseErrors() {
    for (ParseResult part = parsed; part != null; part = part.subcommand()) {
      part.errors().forEach(error -> messages.add(message(error)));
    }
  }

  private String message(Exception error) {
    if (error instanceof UnmatchedArgumentException unmatched) {
      List<String> nearest = unmatched.getSuggestions();
      return error.getMessage()
          + (nearest.isEmpty() ? "" : ". Did you mean " + String.join(" or ", nearest) + "?");
    }
    ArgSpec argument = error instanceof ParameterException wrong ? wrong.getArgSpec() : null;
    String blame = argument instanceof OptionSpec option ? sources.blame(parsed, option) : "";
    String message = String.valueOf(error.getMessage());
    if (argument != null && argument.type().isEnum()) {
      Object[] values = argument.type().getEnumConstants();
      List<String> names =
          Arrays.stream(values).map(value -> ((Enum<?>) value).name()).toList();
      message = message.replace(names.toString(), Arrays.toString(values));
    }
    return blame + message;
  }

  /** Adds what is wrong with the present value of an option, and where that comes from. */
  public void addFor(String option, String problem) {
    messages.add(origin(option) + ": " + problem);
  }

  /** As {@link #addFor}, where the check finds something wrong. */
  void addFrom(String option, Runnable check) {
    try {
      check.run();
    } catch (InvalidInputException e) {
      addFor(option, String.valueOf(e.getMessage()));
    }
  }

  /** Adds a fault where more than one of these is given; null stands for one that is not. */
  public void exclude(@Nullable String... options) {
    List<@Nullable String> given =
        Arrays.stream(options).filter(Objects::nonNull).toList();
    if (given.size() > 1) {
      add("Give only one of " + String.join(", ", given));
    }
  }

  /** Returns the argument that follows this one on the command line, or null. */
  @Nullable
  String argumentAfter(String argument) {
    List<String> all = parsed.originalArgs();
    int next = all.indexOf(argument) + 1;
    return next > 0 && next < all.size() ? all.get(next) : null;
  }

  /** See {@link Sources#origin}. */
  String origin(String option) {
    return sources.origin(parsed, option(option));
  }

  /** See {@link Sources#rank}. */
  int rank(String option) {
    return sources.rank(parsed, option(option));
  }

  private OptionSpec option(String name) {
    return command.findOption(name);
  }
}
