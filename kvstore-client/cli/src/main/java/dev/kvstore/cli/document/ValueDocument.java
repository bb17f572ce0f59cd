package dev.kvstore.cli.document;

import dev.kvstore.InvalidInputException;
import dev.kvstore.Names;
import dev.kvstore.cli.terminal.CliException;
import dev.kvstore.cli.terminal.ExitCodes;
import dev.kvstore.spi.RawValue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Values under their keys, as a file has them: a JSON object, a YAML mapping, or properties. */
public final class ValueDocument {
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  private final FileProblems problems;
  private final Map<String, Node.Member> members;
  private final Map<String, RawValue> values;

  private ValueDocument(
      FileProblems problems, Map<String, Node.Member> members, Map<String, RawValue> values) {
    this.problems = problems;
    this.members = members;
    this.values = values;
  }

  /**
   * How a file is read.
   *
   * @param types what scalars without quotes stand for
   * @param separator what joins the names of members into keys; null to keep values nested
   */
  public record Reading(
      FileFormat format, Types types, @Nullable String separator) {
    static Reading of(FileFormat format) {
      return new Reading(format, Types.JSON, null);
    }
  }

  /**
   * Returns the values in the order of the file.
   *
   * @param name of the file, for messages
   * @throws CliException with all that is wrong: a file that is not in that format, keys that are
   *     illegal or there twice, and values that cannot be stored without loss. The messages have
   *     the places, and nothing of the values.
   */
  public static ValueDocument read(Reading reading, byte[] bytes, String name) {
    FileProblems problems = new FileProblems(name);
    List<Node.Member> members = members(reading, bytes, name, problems);
    String separator = reading.separator();
    if (separator != null && problems.isEmpty()) {
      members = Flattening.of(members, separator, problems);
    }
    Map<String, Node.Member> byKey = new LinkedHashMap<>();
    Map<String, RawValue> values = new LinkedHashMap<>();
    for (Node.Member member : members) {
      byKey.put(member.name(), member);
      convert(member, values, problems);
    }
    problems.throwIfAny();
    return new ValueDocument(problems, byKey, values);
  }

  /**
   * Returns what the file spells.
   *
   * @throws CliException as {@link #read}, if its text is not in that format
   */
  public static List<Node.Member> members(Reading reading, byte[] bytes, String name) {
    FileProblems problems = new FileProblems(name);
    List<Node.Member> members = members(reading, bytes, name, problems);
    problems.throwIfAny();
    return members;
  }

  private static List<Node.Member> members(
      Reading reading, byte[] bytes, String name, FileProblems problems) {
    byte[] text = withoutMark(bytes);
    try {
      return switch (reading.format()) {
        case JSON -> JsonNodes.read(text, problems);
        case YAML -> YamlNodes.read(decode(text), reading.types(), problems);
        case PROPERTIES -> PropertiesNodes.read(decode(text), reading.types(), problems);
      };
    } catch (CharacterCodingException e) {
      throw new CliException(ExitCodes.USAGE, name + " is not UTF-8", e);
    } catch (IOException e) {
      throw new CliException(ExitCodes.USAGE, name + " cannot be read", e);
    }
  }

  /** Returns the bytes of a text without the byte order mark, if they begin with one. */
  public static byte[] withoutMark(byte[] bytes) {
    int length = BYTE_ORDER_MARK.length;
    return bytes.length >= length && Arrays.equals(bytes, 0, length, BYTE_ORDER_MARK, 0, length)
        ? Arrays.copyOfRange(bytes, length, bytes.length)
        : bytes;
  }

  private static String decode(byte[] bytes) throws CharacterCodingException {
    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
  }

  private static void convert(
      Node.Member member, Map<String, RawValue> values, FileProblems problems) {
    FileProblems.Path path = FileProblems.Path.of(member.name());
    try {
      Names.checkKey(member.name());
    } catch (InvalidInputException e) {
      problems.add(member.place(), String.valueOf(e.getMessage()));
      return;
    }
    try {
      values.put(member.name(), Values.of(member.value()));
    } catch (InvalidInputException e) {
      if (!addScalars(member.value(), path, problems)) {
        problems.add(member.value().place(), path, String.valueOf(e.getMessage()));
      }
    }
  }

  /** Adds the scalars that cannot be stored, and returns whether there are any. */
  private static boolean addScalars(Node node, FileProblems.Path path, FileProblems problems) {
    boolean[] any = {false};
    node.scalars(path, (scalar, at) -> {
      try {
        Values.of(scalar);
      } catch (InvalidInputException e) {
        problems.add(scalar.place(), at, String.valueOf(e.getMessage()));
        any[0] = true;
      }
    });
    return any[0];
  }

  /** Keeps only the keys that begin with the prefix. */
  public ValueDocument withPrefix(String prefix) {
    values.keySet().removeIf(key -> !key.startsWith(prefix));
    return this;
  }

  /** Returns what the user should know about the file, whatever becomes of its values. */
  public List<String> notes() {
    return problems.notes();
  }

  public Map<String, RawValue> values() {
    return values;
  }

  /** Returns, for these keys, which values were probably meant to be something else. */
  public List<String> advice(Collection<String> keys) {
    List<String> advice = new ArrayList<>();
    for (String key : keys) {
      Node value = Objects.requireNonNull(members.get(key)).value();
      value.scalars(FileProblems.Path.of(key), (scalar, path) -> {
        if (scalar.advice() != null) {
          advice.add(problems.message(scalar.place(), path, scalar.advice()));
        }
      });
    }
    return advice;
  }
}
