package dev.kvstore.internal.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds environment variables that look like settings but that no program reads. Messages never
 * contain a value.
 */
public final class Variables {
  /**
   * Options of the service, by their names in a file. {@code kv} does not report their variables.
   */
  public static final Set<String> SERVICE = Set.of("""
      access-log allowed-hosts audit-log body-timeout client-timeout config
      cors-origins data database forwarded-header history history-retention
      history-revisions host insecure log-format
      log-level max-body-bytes max-connections max-event-streams
      max-event-streams-per-client max-header-bytes max-import-bytes
      max-requests-per-client max-requests-per-second max-value-bytes
      mongodb mongodb-uri port
      protect-metrics require-tokens seed stop-timeout timeout tls-certificate
      tls-client-ca tls-key tokens-file trusted-proxies""".split("\\s+", -1));

  /** Options of {@code kv}, whose variables the service does not report. */
  public static final Set<String> KV = Set.of("""
      at author by ca-file cert contains deep delete dry-run entry file flatten format
      history if-absent if-match key keys keys-from message metadata mode move number older-than
      output patch pointer prefix rate raw resume server set since store string timeout
      to to-prefix to-store token token-file tree ttl type types until
      verbose""".split("\\s+", -1));

  private static final String PREFIX = "KVSTORE_";

  /**
   * Matches the variables that Kubernetes sets in each pod for a Service whose name begins with
   * kvstore.
   */
  private static final Pattern SERVICE_LINK =
      Pattern.compile("KVSTORE(_.+)?_SERVICE_(HOST|PORT)(_.+)?"
          + "|KVSTORE(_.+)?_PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?");

  private static final Pattern LINKED_PORT = Pattern.compile("KVSTORE(_.+)?_PORT");
  private static final Pattern LINK = Pattern.compile("(tcp|udp|sctp)://.*");

  private final List<String> unknown = new ArrayList<>();
  private final Set<String> serviceLinks = new TreeSet<>();

  private Variables() {}

  /**
   * Examines the environment.
   *
   * @param own the variables of the calling program
   * @param other options of another program, whose variables may be in the same environment
   */
  public static Variables of(
      Map<String, String> environment, Collection<String> own, Collection<String> other) {
    Variables found = new Variables();
    new TreeMap<>(environment).forEach((name, value) -> {
      if (!name.toUpperCase(Locale.ROOT).startsWith(PREFIX)) {
        return;
      }
      if (isServiceLink(name, value)) {
        found.serviceLinks.add(name);
      } else if (!own.contains(name)
          && other.stream().noneMatch(option -> variable(option).equals(name))) {
        found.unknown.add(message(name, own));
      }
    });
    return found;
  }

  /** Returns the variable of the option with this name, given without leading hyphens. */
  public static String variable(String option) {
    return PREFIX + option.replace('-', '_').toUpperCase(Locale.ROOT);
  }

  /**
   * Returns the trimmed value of a variable, or null if it is unset, blank, or set by Kubernetes.
   */
  public static @Nullable String value(Map<String, String> environment, String variable) {
    String value = environment.get(variable);
    return value == null || value.isBlank() || isServiceLink(variable, value)
        ? null
        : value.strip();
  }

  /** Returns a message for each variable that no program reads. */
  public List<String> unknown() {
    return List.copyOf(unknown);
  }

  /** Returns a note about variables set by Kubernetes; null if there are none. */
  public @Nullable String note() {
    return serviceLinks.isEmpty()
        ? null
        : "Ignoring variables that Kubernetes sets for a Service named kvstore ("
            + String.join(", ", serviceLinks)
            + "); 'enableServiceLinks: false' in the pod's spec keeps them out";
  }

  private static boolean isServiceLink(String name, String value) {
    return SERVICE_LINK.matcher(name).matches()
        || (LINKED_PORT.matcher(name).matches() && LINK.matcher(value).matches());
  }

  private static String message(String name, Collection<String> own) {
    String shown = name.replaceAll("[^!-~]", "?");
    return "The environment variable " + shown + " belongs to no option and is ignored"
        + SettingNames.nearest(name, own)
            .map(nearest -> "; did you mean " + nearest + "?")
            .orElse("; --help lists the options");
  }
}
