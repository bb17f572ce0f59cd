package dev.kvstore.internal.transfer;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.InvalidSnapshotException;
import dev.kvstore.KVException;
import dev.kvstore.Names;
import dev.kvstore.spi.RawValue;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Reads the entries of a snapshot one by one, from a JSON object, a YAML mapping, properties, or a
 * line per entry. Not thread-safe.
 */
public final class SnapshotReader {
  private final SnapshotSource source;
  private final Reading reading;
  private FileProblems problems;

  public SnapshotReader(SnapshotSource source, Reading reading) {
    this.source = source;
    this.reading = reading;
    this.problems = new FileProblems(source.name());
    if (isExact() && reading.separator() != null) {
      throw new InvalidInputException(
          ErrorCode.INVALID_PARAMETER, "The exact format cannot be flattened");
    }
    if (reading.format() == FileFormat.PROPERTIES && reading.metadata()) {
      throw new InvalidInputException(
          ErrorCode.INVALID_PARAMETER, "Properties have no place for metadata");
    }
  }

  /** Returns true if the values have exact types. */
  boolean isExact() {
    return reading.format() == FileFormat.EXACT;
  }

  /**
   * Reads the whole snapshot and checks it. Reads it twice if the keys are not in order.
   *
   * @param entries creates a consumer of the entries for each read
   * @param whenKept called for each key that is kept in memory; never if the keys are in order
   * @throws InvalidSnapshotException with all problems: syntax errors, invalid or duplicate keys,
   *     and values that cannot be stored without loss
   * @throws KVException with {@link ErrorCode#MISSING_DEPENDENCY} if a library is missing
   */
  public SnapshotKeys check(Supplier<Consumer<SnapshotEntry>> entries, Consumer<String> whenKept)
      throws IOException {
    try {
      return check(SnapshotKeys.inOrder(), entries.get());
    } catch (SnapshotKeys.OutOfOrder e) {
      problems = new FileProblems(source.name());
      return check(SnapshotKeys.inAnyOrder(whenKept), entries.get());
    }
  }

  private SnapshotKeys check(SnapshotKeys keys, Consumer<SnapshotEntry> entries)
      throws IOException {
    read(new Keys(keys, problems, reading.separator() != null), entries);
    return keys;
  }

  /** Reads the whole snapshot again, after {@link #check}. */
  public void each(Consumer<SnapshotEntry> entries) throws IOException {
    FileProblems checked = problems;
    problems = new FileProblems(source.name());
    read((key, place) -> true, entries);
    problems = checked;
  }

  /**
   * Reads the lines of a snapshot that is to be restored.
   *
   * @throws InvalidSnapshotException as {@link #check}, at the end
   */
  void lines(Consumer<HistoryNodes.Line> lines) throws IOException {
    problems = new FileProblems(source.name());
    HistoryNodes.read(source, reading, problems, lines);
    problems.throwIfAny();
  }

  /**
   * Returns the values whose keys begin with the prefix, in the order of the snapshot.
   *
   * @throws InvalidSnapshotException as {@link #check}
   */
  public Map<String, RawValue> values(String prefix) throws IOException {
    Map<String, RawValue> values = new LinkedHashMap<>();
    Consumer<SnapshotEntry> entries = entry -> {
      if (entry.key().startsWith(prefix)) {
        values.put(entry.key(), entry.value());
      }
    };
    check(
        () -> {
          values.clear();
          return entries;
        },
        key -> {});
    return values;
  }

  /**
   * Returns the parsed members of the text.
   *
   * @throws InvalidSnapshotException if it is not in the expected format
   */
  public List<Node.Member> members() throws IOException {
    List<Node.Member> members = new ArrayList<>();
    Keys keys = new Keys(SnapshotKeys.inAnyOrder(key -> {}), problems, false);
    spelled(member -> {
      if (keys.accepts(member.name(), member.place())) {
        members.add(member);
      }
    });
    problems.throwIfAny();
    return members;
  }

  /** Returns notes for the user about the snapshot as a whole. */
  public List<String> notes() {
    return problems.notes();
  }

  /** Returns hints about parts of the value that were probably meant differently. */
  public List<String> advice(SnapshotEntry entry) {
    List<String> advice = new ArrayList<>();
    if (entry.node() != null) {
      entry.node().scalars(FileProblems.Path.of(entry.key()), (scalar, path) -> {
        if (scalar.advice() != null) {
          advice.add(problems.message(scalar.place(), path, scalar.advice()));
        }
      });
    }
    return advice;
  }

  /** Decides which entries to read. */
  private interface Filter {
    boolean accepts(String key, Place place);
  }

  /** Reports invalid and duplicate keys. */
  private record Keys(SnapshotKeys keys, FileProblems problems, boolean flattened)
      implements Filter {
    @Override
    public boolean accepts(String key, Place place) {
      if (keys.add(key)) {
        return true;
      }
      if (flattened) {
        problems.add(
            place,
            FileProblems.Path.of(key),
            "two values would get this key; use another separator with --flatten");
      } else {
        reportTwice(key, place, problems);
      }
      return false;
    }
  }

  static void reportTwice(String key, Place place, FileProblems problems) {
    problems.add(place, FileProblems.Path.of(key), "the key is there twice");
  }

  private void read(Filter filter, Consumer<SnapshotEntry> entries) throws IOException {
    if (isExact()) {
      ExactNodes.read(source, reading, problems, entry -> {
        if (filter.accepts(entry.key(), entry.place()) && isKey(entry.key(), entry.place())) {
          entries.accept(entry);
        }
      });
    } else {
      EntryConverter converter = new EntryConverter(reading, problems, entries);
      Consumer<Node.Member> members = member -> {
        if (filter.accepts(member.name(), member.place()) && isKey(member.name(), member.place())) {
          converter.accept(member);
        }
      };
      String separator = reading.separator();
      spelled(separator == null ? members : new Flattening(separator, members));
    }
    problems.throwIfAny();
  }

  private boolean isKey(String key, Place place) {
    try {
      Names.checkKey(key);
      return true;
    } catch (InvalidInputException e) {
      problems.add(place, String.valueOf(e.getMessage()));
      return false;
    }
  }

  private void spelled(Consumer<Node.Member> members) throws IOException {
    try {
      switch (reading.format()) {
        case JSON -> JsonNodes.read(source, reading, problems, members);
        case YAML -> {
          YamlLibrary.require();
          YamlNodes.read(source, reading, problems, members);
        }
        case PROPERTIES -> PropertiesNodes.read(source, reading, problems, members);
        case EXACT -> throw new IllegalStateException("The exact format has no members");
      }
    } catch (CharacterCodingException e) {
      throw new InvalidSnapshotException(source.name() + " is not UTF-8", List.of());
    }
  }
}
