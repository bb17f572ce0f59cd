package dev.kvstore.internal.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The names of settings, and suggestions for misspelled ones. */
public final class SettingNames {
  private static final String PREFIX = "kvstore-";

  private SettingNames() {}

  /** Returns the options that are settings. */
  public static List<OptionSpec> options(CommandSpec command) {
    return command.options().stream()
        .filter(option -> !option.usageHelp() && !option.versionHelp())
        .toList();
  }

  /** Returns the option's name without leading hyphens, which is its name in a file. */
  public static String of(OptionSpec option) {
    return option.longestName().substring(2);
  }

  /** Returns the most similar name; empty if none is similar. */
  public static Optional<String> nearest(String name, Collection<String> known) {
    String wanted = plain(name);
    return known.stream()
        .filter(candidate -> isLike(wanted, plain(candidate)))
        .min(Comparator.<String>comparingInt(candidate -> distance(wanted, plain(candidate)))
            .thenComparing(Comparator.naturalOrder()));
  }

  /** Normalizes the name, so that those of an option, a variable and in camel case are equal. */
  private static String plain(String name) {
    String plain = name.toLowerCase(Locale.ROOT).replace('_', '-');
    return plain.startsWith(PREFIX) ? plain.substring(PREFIX.length()) : plain;
  }

  private static boolean isLike(String a, String b) {
    int shorter = Math.min(a.length(), b.length());
    return (shorter >= 4 && (a.startsWith(b) || b.startsWith(a)))
        || distance(a, b) <= (shorter < 4 ? 1 : Math.max(2, shorter / 3));
  }

  /** Returns the edit distance (Levenshtein). */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}
