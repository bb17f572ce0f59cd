package dev.kvstore.cli.options;

import dev.kvstore.internal.config.CommandErrors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** Collects all errors in the arguments of a {@code kv} command, and warnings. */
public final class UsageErrors extends CommandErrors {
  private final ParseResult parsed;
  private final Sources sources;
  private final List<String> warnings = new ArrayList<>();

  /** Creates errors with those of the parser. */
  public UsageErrors(CommandSpec command, ParseResult parsed, Sources sources) {
    super(command);
    this.parsed = parsed;
    this.sources = sources;
    addParseErrors(parsed);
  }

  Sources sources() {
    return sources;
  }

  public List<String> warnings() {
    return List.copyOf(warnings);
  }

  void warn(String message) {
    warnings.add(message);
  }

  @Override
  protected String blame(OptionSpec option) {
    Sources.Setting setting = sources.of(parsed, option);
    return setting.value().isEmpty() ? "" : setting.origin() + ": ";
  }

  /** Adds an error in the current value of an option, with the origin of the value. */
  public void addFor(String option, String problem) {
    add(origin(option) + ": " + problem);
  }

  /** Like {@link #addFor}, if the check throws. */
  public void addFrom(String option, Runnable check) {
    check(check, origin(option) + ": ");
  }

  /** Adds an error if more than one of these was given; null stands for one that was not. */
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

  String origin(String option) {
    return sources.of(parsed, command.findOption(option)).origin();
  }

  /** Returns true if the option is on the command line, and not in a variable or a file alone. */
  public boolean isGiven(String option) {
    return rank(option) == Sources.GIVEN;
  }

  /** Returns the rank of the option's current value; a lower rank has precedence. */
  int rank(String option) {
    return sources.of(parsed, command.findOption(option)).rank();
  }
}
