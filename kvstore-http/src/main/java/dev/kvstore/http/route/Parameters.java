package dev.kvstore.http.route;

import dev.kvstore.Durations;
import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVQuery;
import dev.kvstore.Names;
import dev.kvstore.internal.support.Percent;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The query parameters of a request. An unknown parameter is an error, because a misspelled
 * {@code ?tll=PT1H} would otherwise store an entry forever; so is a duplicate.
 */
public final class Parameters {
  /** Matches the digits of a fraction beyond nanoseconds. */
  private static final Pattern NANOS = Pattern.compile("(\\.\\d{9})\\d++");
  // RFC 3339 has four digits for the year.
  private static final Instant FIRST = Instant.parse("0000-01-01T00:00:00Z").minusMillis(1);
  private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999Z").plusMillis(1);

  private final Map<String, List<String>> values;

  private Parameters(Map<String, List<String>> values) {
    this.values = values;
  }

  /**
   * @param known the names of the resource's parameters; only {@code key} may be repeated
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER}
   */
  static Parameters parse(@Nullable String query, Set<String> known) {
    Map<String, List<String>> values = new LinkedHashMap<>();
    for (String part : query == null ? new String[0] : query.split("&", -1)) {
      if (part.isEmpty()) {
        continue;
      }
      int equals = part.indexOf('=');
      String name = decode(equals < 0 ? part : part.substring(0, equals));
      if (!known.contains(name)) {
        throw invalid("The parameter '" + shortened(name) + "' is not known here; "
            + (known.isEmpty() ? "there are none" : "known are " + new TreeSet<>(known)));
      }
      List<String> sofar = values.computeIfAbsent(name, n -> new ArrayList<>());
      if (!sofar.isEmpty() && !name.equals("key")) {
        throw invalid("The parameter '" + name + "' is given more than once");
      }
      sofar.add(equals < 0 ? "" : decode(part.substring(equals + 1)));
    }
    return new Parameters(values);
  }

  public boolean has(String name) {
    return values.containsKey(name);
  }

  /** Refuses the parameter in combination with any of the others. */
  public void excludes(String name, String... others) {
    for (String other : others) {
      if (has(name) && has(other)) {
        throw invalid("The parameters '" + name + "' and '" + other + "' exclude each other");
      }
    }
  }

  /** Returns the value, or null if the parameter is absent. */
  @Nullable
  public String text(String name) {
    List<String> given = values.get(name);
    return given == null ? null : given.get(0);
  }

  /** Returns true if the parameter is {@code true}; false if it is absent. */
  public boolean flag(String name) {
    String text = text(name);
    if (text == null || text.equals("false")) {
      return false;
    }
    if (text.equals("true")) {
      return true;
    }
    throw invalid("The parameter '" + name + "' must be true or false");
  }

  /** Returns the chosen value; the first choice if the parameter is absent. */
  public String choice(String name, String... choices) {
    String text = text(name);
    if (text == null) {
      return choices[0];
    }
    for (String choice : choices) {
      if (choice.equals(text)) {
        return choice;
      }
    }
    throw invalid("The parameter '" + name + "' must be one of: " + String.join(", ", choices));
  }

  /** Returns true if the parameter {@code ttl} requests to keep the expiry. */
  public boolean keepsExpiry() {
    return "keep".equals(text("ttl"));
  }

  /** Returns the parameter {@code ttl}, or null if it is absent. */
  @Nullable
  public Duration timeToLive() {
    return duration("ttl");
  }

  public @Nullable Duration duration(String name) {
    String text = text(name);
    if (text == null) {
      return null;
    }
    try {
      return Durations.parse(text);
    } catch (IllegalArgumentException e) {
      throw new InvalidInputException(
          ErrorCode.INVALID_PARAMETER, "The parameter '" + name + "' " + e.getMessage(), e);
    }
  }

  /** Returns the keys in the parameters {@code key}, in order and without duplicates. */
  public Set<String> keys() {
    Set<String> keys = new LinkedHashSet<>();
    for (String key : values.getOrDefault("key", List.of())) {
      keys.add(Names.checkKey(key));
    }
    if (keys.size() > KVQuery.MAX_LIMIT) {
      throw invalid("There are " + keys.size() + " keys, more than " + KVQuery.MAX_LIMIT);
    }
    return keys;
  }

  /** Returns the parameters {@code prefix}, {@code after} and {@code limit}. */
  public KVQuery query() {
    String after = text("after");
    KVQuery query = KVQuery.prefix(prefix()).limit(limit());
    return after == null ? query : query.after(after);
  }

  /** Returns the parameter {@code prefix}; empty if it is absent. */
  public String prefix() {
    String prefix = text("prefix");
    return prefix == null ? "" : KVQuery.prefix(prefix).prefix();
  }

  /** Returns the parameter as an instant, or null. */
  public @Nullable Instant instant(String name) {
    String text = text(name);
    return text == null
        ? null
        : parseExactly(text)
            .orElseThrow(() -> invalid("The parameter '" + name + "' must be an instant such as"
                + " 2026-01-31T12:00:00Z; a '+' in it is percent-encoded"));
  }

  /** Parses an instant of RFC 3339, to the millisecond; empty if the text is not one. */
  public static Optional<Instant> parseInstant(String text) {
    return parseExactly(text).map(instant -> instant.truncatedTo(ChronoUnit.MILLIS));
  }

  private static Optional<Instant> parseExactly(String text) {
    try {
      String atMostNanos = NANOS.matcher(text).replaceFirst("$1");
      Instant instant = Instant.parse(atMostNanos);
      return Optional.of(instant).filter(FIRST::isBefore).filter(LAST::isAfter);
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  /** Returns a link to the next page: these parameters with another position. */
  public String nextLink(String path, String position) {
    StringBuilder link = new StringBuilder("<").append(path).append('?');
    values.forEach((name, texts) -> {
      if (!name.equals("after")) {
        texts.forEach(text ->
            link.append(name).append('=').append(Percent.encode(name, text)).append('&'));
      }
    });
    return link.append("after=")
        .append(Percent.encode("after", position))
        .append(">; rel=\"next\"")
        .toString();
  }

  /** Returns the parameter {@code limit}. */
  public int limit() {
    String text = text("limit");
    if (text == null) {
      return KVQuery.ALL.limit();
    }
    try {
      return KVQuery.ALL.limit(Integer.parseInt(text)).limit();
    } catch (NumberFormatException e) {
      throw new InvalidInputException(
          ErrorCode.INVALID_PARAMETER,
          "The parameter 'limit' must be a whole number from 1 to " + KVQuery.MAX_LIMIT,
          e);
    }
  }

  private static String decode(String text) {
    try {
      return Percent.decodeQuery(text);
    } catch (Percent.MalformedException e) {
      throw invalid("The query string " + e.getMessage());
    }
  }

  private static String shortened(String name) {
    return name.length() > 40 ? name.substring(0, 40) + "…" : name;
  }

  public static InvalidInputException invalid(String message) {
    return new InvalidInputException(ErrorCode.INVALID_PARAMETER, message);
  }
}
