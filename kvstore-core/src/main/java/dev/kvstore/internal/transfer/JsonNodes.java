package dev.kvstore.internal.transfer;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import dev.kvstore.InvalidInputException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads JSON, and continues after an error, so that all errors are reported. */
final class JsonNodes {
  private static final String VALUE =
      "a value is a number, true, false, null, an object, an array, or text in double quotes";
  private static final String NUMBER =
      "a number has no plus sign, no leading zero, and digits on both sides of its point";

  private final JsonParser parser;
  private final FileProblems problems;

  /** The place to report for all parts, or null for their real places. */
  private final @Nullable Place fixed;

  private final ValueSize size;

  private JsonNodes(
      JsonParser parser, FileProblems problems, @Nullable Place fixed, int mostBytes) {
    this.parser = parser;
    this.problems = problems;
    this.fixed = fixed;
    this.size = new ValueSize(mostBytes);
  }

  /** Reads the members of the object that is the whole text. */
  static void read(
      SnapshotSource source, Reading reading, FileProblems problems, Consumer<Node.Member> members)
      throws IOException {
    Place broken;
    try (InputStream in = source.open()) {
      broken = readInto(members, in, reading, problems);
    }
    if (broken == null || !source.isSmall()) {
      return;
    }
    byte[] rest = source.bytes();
    while (broken != null && !problems.isFull() && rest.length > 0) {
      rest = after(broken, rest);
      if (rest.length > 0) {
        broken = readInto(members, new ByteArrayInputStream(rest), reading, problems);
      }
    }
  }

  /** Reads the members. Returns the place of a syntax error, or null. */
  private static @Nullable Place readInto(
      Consumer<Node.Member> members, InputStream json, Reading reading, FileProblems problems)
      throws IOException {
    JsonParser parser = reading.json().factory().createParser(json);
    try (parser) {
      // All duplicates are reported here instead.
      parser.disable(StreamReadFeature.STRICT_DUPLICATE_DETECTION.mappedFeature());
      JsonNodes nodes = new JsonNodes(parser, problems, null, reading.limits().maxBytes());
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        problems.add(nodes.place(), "it must hold one JSON object, with a member for each key");
        return null;
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        members.accept(nodes.member(FileProblems.Path.of(parser.currentName())));
      }
      if (parser.nextToken() != null) {
        problems.add(nodes.place(), "something follows the JSON object");
      }
      return null;
    } catch (JsonProcessingException e) {
      problems.add(place(e.getLocation()), reason(e));
      return place(e.getLocation());
    } catch (InvalidInputException e) {
      problems.add(place(parser.currentLocation()), String.valueOf(e.getMessage()));
      return place(parser.currentLocation());
    }
  }

  private Node.Member member(FileProblems.Path path) throws IOException {
    size.reset();
    String name = parser.currentName();
    Place place = place();
    parser.nextToken();
    return new Node.Member(name, place, value(path));
  }

  /**
   * Returns an object of the members after the error that start on their own lines, at the same
   * places; empty if there are none. The least indented names are those of members.
   */
  private static byte[] after(Place broken, byte[] json) {
    String[] lines = new String(json, StandardCharsets.UTF_8).split("\n", -1);
    int indent = Integer.MAX_VALUE;
    for (int i = 1; i < lines.length; i++) {
      indent = Math.min(indent, nameAt(lines[i]));
    }
    for (int i = Math.max(broken.line() - 1, 1); i < lines.length; i++) {
      boolean isLater = i >= broken.line() || broken.column() <= indent + 1;
      if (isLater && nameAt(lines[i]) == indent) {
        String members = String.join("\n", Arrays.asList(lines).subList(i, lines.length));
        return ("\n".repeat(i - 1) + "{\n" + members).getBytes(StandardCharsets.UTF_8);
      }
    }
    return new byte[0];
  }

  /** Returns the column of a quote at the beginning of a line, or a large number. */
  private static int nameAt(String line) {
    String text = line.stripLeading();
    return text.startsWith("\"") ? line.length() - text.length() : Integer.MAX_VALUE;
  }

  /**
   * Parses a text that is one value; all parts get the given place.
   *
   * @throws JsonProcessingException if it is not JSON
   * @throws InvalidInputException if it exceeds a limit
   */
  static Node value(byte[] json, Place place) throws IOException {
    try (JsonParser parser = Values.JSON.factory().createParser(json)) {
      parser.nextToken();
      Node value = new JsonNodes(parser, new FileProblems(""), place, Integer.MAX_VALUE)
          .value(FileProblems.Path.NONE);
      if (parser.nextToken() != null) {
        throw new JsonParseException(parser, "Unexpected character behind the value");
      }
      return value;
    }
  }

  private List<Node.Member> members(FileProblems.Path path) throws IOException {
    List<Node.Member> members = new ArrayList<>();
    Set<String> names = new HashSet<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      Place place = place();
      FileProblems.Path inside = path.member(name);
      parser.nextToken();
      size.add(name.length());
      Node value = value(inside);
      if (names.add(name)) {
        members.add(new Node.Member(name, place, value));
      } else {
        problems.add(place, inside, "the member is there twice");
      }
    }
    return members;
  }

  private Node value(FileProblems.Path path) throws IOException {
    Place place = place();
    JsonToken token = parser.currentToken();
    if (token == JsonToken.START_OBJECT) {
      return new Node.Members(place, members(path));
    }
    if (token == JsonToken.START_ARRAY) {
      List<Node> items = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        items.add(value(path.item(items.size())));
      }
      return new Node.Items(place, items);
    }
    String text = parser.getText();
    size.add(token == JsonToken.VALUE_STRING ? text.length() : 0);
    return new Node.Scalar(place, token, text);
  }

  private Place place() {
    return fixed == null ? place(parser.currentTokenLocation()) : fixed;
  }

  private static Place place(JsonLocation location) {
    return new Place(Math.max(location.getLineNr(), 1), Math.max(location.getColumnNr(), 1));
  }

  /** Returns why the text is not JSON, quoting at most single characters of it. */
  static String reason(JsonProcessingException e) {
    if (e instanceof StreamConstraintsException) {
      return "it is nested too deeply, or a number or name is too long";
    }
    if (e instanceof JsonEOFException) {
      return "the JSON text ends too early";
    }
    String message = e.getOriginalMessage().lines().findFirst().orElse("");
    return message.startsWith("Unexpected end-of-input")
        ? "the JSON text ends too early"
        : "it is not JSON: " + fault(message, e);
  }

  private static String fault(String message, JsonProcessingException e) {
    if (message.startsWith("Unexpected character")) {
      return unexpected(message, e);
    }
    if (message.startsWith("Illegal unquoted character")) {
      return message.contains("code 10)") || message.contains("code 13)")
          ? "a line break in a text must be written as \\n, or a closing quote is missing"
          : "a control character in a text must be escaped, as a tab is by \\t";
    }
    if (message.startsWith("Unexpected close marker")) {
      return "this bracket does not close the one that is open";
    }
    if (message.startsWith("Unrecognized character escape")) {
      return "a backslash in a text must be written as \\\\";
    }
    if (message.startsWith("Invalid numeric value")) {
      return NUMBER;
    }
    if (message.startsWith("Illegal character")) {
      return "a control character stands between values";
    }
    if (message.startsWith("Invalid UTF-8")) {
      return "its bytes are not UTF-8";
    }
    return VALUE;
  }

  private static String unexpected(String message, JsonProcessingException e) {
    boolean name = message.contains("double-quote to start field name");
    if (message.contains("('/' ") || message.contains("('#' ")) {
      return "JSON has no comments";
    }
    if (message.contains("(code 39)")) {
      return "names and text must stand in double quotes";
    }
    if (message.contains("('+' ") || message.contains("('.' ")) {
      return NUMBER;
    }
    if ((name && message.contains("('}' ")) || (message.contains("(']' ") && isInArray(e))) {
      return "no comma may stand before a closing bracket";
    }
    if (name) {
      return "a name in double quotes is missing";
    }
    if (message.contains("was expecting a colon")) {
      return "a colon is missing after a name";
    }
    return message.contains("was expecting comma")
        ? "a comma or a closing bracket is missing"
        : VALUE;
  }

  private static boolean isInArray(JsonProcessingException e) {
    return e.getProcessor() instanceof JsonParser parser
        && parser.getParsingContext().inArray();
  }
}
