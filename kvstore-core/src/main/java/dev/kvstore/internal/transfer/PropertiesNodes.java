package dev.kvstore.internal.transfer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.kvstore.InvalidInputException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import java.util.function.Consumer;

/**
 * Reads properties. A value that starts like a JSON object, array or string is parsed as JSON; all
 * others are scalars.
 */
final class PropertiesNodes {
  private final Types types;
  private final FileProblems problems;
  private final Consumer<Node.Member> members;

  private PropertiesNodes(Types types, FileProblems problems, Consumer<Node.Member> members) {
    this.types = types;
    this.problems = problems;
    this.members = members;
  }

  static void read(
      SnapshotSource source, Reading reading, FileProblems problems, Consumer<Node.Member> members)
      throws IOException {
    PropertiesNodes nodes = new PropertiesNodes(reading.types(), problems, members);
    StringBuilder logical = new StringBuilder();
    Place start = new Place(1, 1);
    int number = 0;
    try (EntryText text = new EntryText(source.reader(), reading.limits().maxBytes());
        BufferedReader lines = new BufferedReader(text)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        if (logical.isEmpty()) {
          start = new Place(number, line.length() - line.stripLeading().length() + 1);
        }
        logical.append(line).append('\n');
        if (!goesOn(line, logical.length() == line.length() + 1)) {
          nodes.add(start, logical.toString());
          logical.setLength(0);
          text.nextEntry();
        }
      }
    } catch (InvalidInputException e) {
      problems.add(new Place(number + 1, 1), String.valueOf(e.getMessage()));
    }
    if (!logical.isEmpty()) {
      nodes.add(start, logical.toString());
    }
  }

  /** Returns true if the line continues on the next one. A comment never does. */
  private static boolean goesOn(String line, boolean first) {
    String text = line.stripLeading();
    if (first && (text.startsWith("#") || text.startsWith("!"))) {
      return false;
    }
    int backslashes = 0;
    while (backslashes < line.length() && line.charAt(line.length() - 1 - backslashes) == '\\') {
      backslashes++;
    }
    return backslashes % 2 == 1;
  }

  private void add(Place place, String line) throws IOException {
    Properties one = new Properties();
    try {
      one.load(new StringReader(line));
    } catch (IllegalArgumentException e) {
      problems.add(place, "a \\u is not followed by four hexadecimal digits");
      return;
    }
    one.forEach((name, text) -> {
      String key = (String) name;
      Node value = value(place, FileProblems.Path.of(key), (String) text);
      members.accept(new Node.Member(key, place, value));
    });
  }

  private Node value(Place place, FileProblems.Path path, String text) {
    return types != Types.TEXT && isLikeJson(text)
        ? json(place, path, text)
        : types.read(place, text);
  }

  static boolean isLikeJson(String text) {
    return text.startsWith("{") || text.startsWith("[") || text.startsWith("\"");
  }

  private Node json(Place place, FileProblems.Path path, String text) {
    try {
      return JsonNodes.value(text.getBytes(StandardCharsets.UTF_8), place);
    } catch (JsonProcessingException e) {
      return new Node.Scalar(
          place,
          JsonToken.VALUE_STRING,
          text,
          "it is text, although it begins as JSON: " + JsonNodes.reason(e) + " (character "
              + Math.max(e.getLocation().getColumnNr(), 1) + ")");
    } catch (InvalidInputException e) {
      problems.add(place, path, String.valueOf(e.getMessage()));
      return Node.Scalar.text(place, "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
