package dev.kvstore.http.command;

import dev.kvstore.ByteSize;
import dev.kvstore.Durations;
import dev.kvstore.InvalidInputException;
import dev.kvstore.http.config.SettingSources;
import dev.kvstore.internal.config.SettingNames;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** All that is wrong with the settings of a command, so that it can be put right at once. */
public final class Faults {
  private final CommandSpec command;
  private final SettingSources sources;
  private final List<String> messages = new ArrayList<>();

  public Faults(CommandSpec command, SettingSources sources) {
    this.command = command;
    this.sources = sources;
  }

  /** Adds what the parser and the file have found. */
  public void addAll(ParseResult parsed) {
    for (ParseResult part = parsed; part != null; part = part.subcommand()) {
      for (Exception error : part.errors()) {
        messages.add(message(error));
      }
      if (part.hasSubcommand() && !part.matchedOptions().isEmpty()) {
        messages.add("Option '" + part.matchedOptions().get(0).longestName()
            + "' must stand after the command '"
            + part.subcommand().commandSpec().name() + "'");
      }
    }
    messages.addAll(sources.faults());
  }

  /** Adds that an option has a wrong value. */
  void add(String option, Object value, String problem) {
    addSecret(option, "Invalid value for option '" + option + "': '" + value + "': " + problem);
  }

  /** As {@link #add}, where the value is a secret and is not repeated. */
  void addSecret(String option, String message) {
    messages.add(blame(command.findOption(option)) + message);
  }

  /** Adds a message that belongs to no option. */
  void add(String message) {
    messages.add(message);
  }

  /** Adds what the check throws, as a message that belongs to no option. */
  void check(Runnable check) {
    try {
      check.run();
    } catch (InvalidInputException e) {
      add(String.valueOf(e.getMessage()));
    }
  }

  /** Adds what the check throws about that option, without its value, which may be a secret. */
  void check(String option, Runnable check) {
    try {
      check.run();
    } catch (InvalidInputException e) {
      addSecret(option, String.valueOf(e.getMessage()));
    }
  }

  void checkRange(String option, long value, long from, long to) {
    if (value < from || value > to) {
      add(option, value, "it must be from " + from + " to " + to);
    }
  }

  void checkRange(String option, ByteSize value, String from, String to) {
    if (value.compareTo(ByteSize.parse(from)) < 0 || value.compareTo(ByteSize.parse(to)) > 0) {
      add(option, given(option, value), "it must be from " + from + " to " + to);
    }
  }

  void checkRange(String option, Duration value, Duration from, Duration to) {
    if (value.compareTo(from) < 0 || value.compareTo(to) > 0) {
      add(
          option,
          given(option, Durations.format(value)),
          "it must be from " + Durations.format(from) + " to " + Durations.format(to));
    }
  }

  /** Returns the value as it is spelled. */
  private Object given(String option, Object value) {
    List<String> texts = command.findOption(option).originalStringValues();
    return texts.isEmpty() ? value : texts.get(texts.size() - 1);
  }

  public List<String> messages() {
    return List.copyOf(messages);
  }

  /** Returns the message of an error that picocli found, and where the wrong value stands. */
  public String message(Exception error) {
    if (error instanceof UnmatchedArgumentException unmatched) {
      List<String> nearest = nearest(unmatched);
      return error.getMessage()
          + (nearest.isEmpty() ? "" : ". Did you mean " + String.join(" or ", nearest) + "?");
    }
    ArgSpec argument = error instanceof ParameterException wrong ? wrong.getArgSpec() : null;
    return blame(argument) + error.getMessage();
  }

  /** Returns what a misspelt option or command probably means. */
  private List<String> nearest(UnmatchedArgumentException error) {
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

  private String blame(@Nullable ArgSpec argument) {
    return argument instanceof OptionSpec option ? sources.origin(option).blame() : "";
  }
}
