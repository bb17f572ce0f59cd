package dev.kvstore.cli.commands;

import dev.kvstore.Durations;
import dev.kvstore.KVEntry;
import dev.kvstore.KVQuery;
import dev.kvstore.KVStore;
import dev.kvstore.ReadOptions;
import dev.kvstore.cli.options.PrefixOption;
import dev.kvstore.cli.options.UsageErrors;
import dev.kvstore.internal.bson.BsonValues;
import dev.kvstore.internal.config.DurationConverter;
import dev.kvstore.internal.transfer.ValueType;
import dev.kvstore.internal.transfer.Values;
import dev.kvstore.spi.RawValue;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that select entries. All conditions have to hold. */
final class Selection {
  private static final List<String> TYPES =
      Arrays.stream(ValueType.values()).map(ValueType::text).toList();

  private static final String TYPE_NAMES =
      "null, boolean, int32, int64, double, decimal, text, object, array, date, binary, uuid,"
          + " objectId or other";

  private static final String OLDER_THAN = "--older-than";

  private static final List<String> CONDITIONS =
      List.of("--type", "--author", OLDER_THAN, "--contains", "--pointer");

  @Mixin
  private PrefixOption.OrArgument prefix = new PrefixOption.OrArgument();

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      completionCandidates = Types.class,
      description = "Only values of this stored type: " + TYPE_NAMES + ".")
  private @Nullable String type;

  @Option(
      names = "--author",
      paramLabel = "NAME",
      description = "Only entries whose last change is by this author.")
  private @Nullable String author;

  @Option(
      names = OLDER_THAN,
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      description = "Only entries whose last change is longer ago, such as 12h or 30d.")
  private @Nullable Duration olderThan;

  @Option(
      names = "--contains",
      paramLabel = "TEXT",
      description = "Only values with this text in a string, anywhere in the value. Case counts;"
          + " names of members do not.")
  private @Nullable String contains;

  @Option(
      names = "--pointer",
      paramLabel = "P=V",
      converter = PointerCondition.Converter.class,
      description = "Only values that have the JSON value V at the JSON Pointer P, such as"
          + " /tls/port=443. Can be repeated.")
  private List<PointerCondition> pointers = new ArrayList<>();

  void check(UsageErrors faults) {
    prefix.check(faults);
    if (type != null && TYPES.stream().noneMatch(type::equalsIgnoreCase)) {
      faults.addFor("--type", "there is no such type; the types are " + String.join(", ", TYPES));
    }
    if (olderThan != null && olderThan.isNegative()) {
      faults.addFor(OLDER_THAN, "it must not be negative");
    }
  }

  /** Returns true unless the command line, and not a variable alone, limits what is selected. */
  boolean isEverything(UsageErrors faults) {
    return (prefix.value().isEmpty() || !prefix.isChosen(faults))
        && CONDITIONS.stream().noneMatch(faults::isGiven);
  }

  /** Returns the selected entries in key order; pages are read while the stream is consumed. */
  Stream<KVEntry<RawValue>> entries(KVStore store, ReadOptions freshness, Clock clock) {
    KVQuery query = KVQuery.prefix(prefix.value()).limit(KVQuery.MAX_LIMIT);
    return store.stream(query, RawValue.TYPE, freshness).filter(conditions(clock));
  }

  /** Returns what the entries must be, the prefix included. */
  Predicate<KVEntry<RawValue>> conditions(Clock clock) {
    Predicate<KVEntry<RawValue>> all = entry -> entry.key().startsWith(prefix.value());
    if (author != null) {
      Optional<String> by = Optional.of(author);
      all = all.and(entry -> entry.updatedBy().equals(by));
    }
    if (olderThan != null) {
      Instant since = clock.instant().minus(olderThan);
      all = all.and(entry -> entry.updatedAt().isBefore(since));
    }
    return type == null && contains == null && pointers.isEmpty()
        ? all
        : all.and(entry -> matches(Values.of(entry)));
  }

  private boolean matches(RawValue stored) {
    if (type != null && !ValueType.of(stored).text().equalsIgnoreCase(type)) {
      return false;
    }
    BsonValue value = BsonValues.toBsonValue(stored);
    return (contains == null || contains(value, contains))
        && pointers.stream().allMatch(pointer -> pointer.holdsFor(value));
  }

  private static boolean contains(BsonValue value, String text) {
    if (value.isDocument()) {
      return value.asDocument().values().stream().anyMatch(member -> contains(member, text));
    }
    if (value.isArray()) {
      return value.asArray().stream().anyMatch(item -> contains(item, text));
    }
    return value.isString() && value.asString().getValue().contains(text);
  }

  /** Returns what was selected, a line for each condition. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(prefix.value());
    lines.add("type " + type);
    lines.add("author " + author);
    lines.add("older than " + (olderThan == null ? null : Durations.format(olderThan)));
    lines.add("contains " + contains);
    pointers.forEach(pointer -> lines.add("pointer " + pointer.text()));
    return lines;
  }

  /** The candidates for shell completion of the type. */
  static final class Types implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return TYPES.iterator();
    }
  }
}
