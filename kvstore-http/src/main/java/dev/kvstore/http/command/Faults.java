package dev.kvstore.http.command;

import dev.kvstore.ByteSize;
import dev.kvstore.Durations;
import dev.kvstore.http.config.SettingSources;
import dev.kvstore.internal.config.CommandErrors;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** Collects all errors in the settings of a service command. */
public final class Faults extends CommandErrors {
  private final SettingSources sources;

  public Faults(CommandSpec command, SettingSources sources) {
    super(command);
    this.sources = sources;
  }

  /** Adds the errors of the parser and the configuration file. */
  @Override
  public void addParseErrors(ParseResult parsed) {
    super.addParseErrors(parsed);
    for (ParseResult part = parsed; part.hasSubcommand(); part = part.subcommand()) {
      if (!part.matchedOptions().isEmpty()) {
        add("Option '" + part.matchedOptions().get(0).longestName()
            + "' must stand after the command '"
            + part.subcommand().commandSpec().name() + "'");
      }
    }
    sources.faults().forEach(this::add);
  }

  /** Adds an error in the value of an option. */
  void add(String option, Object value, String problem) {
    addSecret(option, "Invalid value for option '" + option + "': '" + value + "': " + problem);
  }

  /** Like {@link #add}, for a secret value, which the message does not repeat. */
  void addSecret(String option, String message) {
    add(blame(command.findOption(option)) + message);
  }

  /**
   * Runs the check and adds its exception for this option, without the value, which may be a
   * secret.
   */
  void check(String option, Runnable check) {
    check(check, blame(command.findOption(option)));
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

  /** Returns the value as it was given. */
  private Object given(String option, Object value) {
    List<String> texts = command.findOption(option).originalStringValues();
    return texts.isEmpty() ? value : texts.get(texts.size() - 1);
  }

  @Override
  protected String blame(OptionSpec option) {
    return sources.origin(option).blame();
  }
}
