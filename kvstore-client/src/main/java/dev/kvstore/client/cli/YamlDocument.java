package dev.kvstore.client.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import dev.kvstore.InvalidInputException;
import dev.kvstore.spi.RawValue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.Reader;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.CollectionStartEvent;
import org.yaml.snakeyaml.events.DocumentStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.MappingEndEvent;
import org.yaml.snakeyaml.events.MappingStartEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.events.SequenceEndEvent;

/**
 * One YAML mapping, read from the parser's events: whoever makes objects of them turns plain
 * scalars into numbers of its own, and digits get lost.
 *
 * <p>A plain scalar is a number where JSON would write it so, true, false or null by the core
 * schema of YAML 1.2, and else text. What other readers take for a number although JSON does not
 * ({@code 0x1F}, {@code 017}, {@code 1_000}, {@code .5}) is refused, as are tags and aliases.
 */
final class YamlDocument {
  private static final Pattern JSON_NUMBER =
      Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]+)?");

  /** What one or the other version of YAML takes for a number. */
  private static final Pattern LIKE_A_NUMBER =
      Pattern.compile("[-+]?(0[xob][0-9a-fA-F_]+|\\.?[0-9][0-9_]*(\\.[0-9_]*)?([eE][-+]?[0-9]+)?)"
          + "|[-+]?\\.(inf|Inf|INF)|\\.(nan|NaN|NAN)");

  private static final Set<String> NULLS = Set.of("", "~", "null", "Null", "NULL");
  private static final Set<String> TRUES = Set.of("true", "True", "TRUE");
  private static final Set<String> FALSES = Set.of("false", "False", "FALSE");
  private static final String STANDARD_TAG = "tag:yaml.org,2002:";

  private final Iterator<Event> events;

  private YamlDocument(Reader text) {
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(Integer.MAX_VALUE);
    this.events = new Yaml(options).parse(text).iterator();
  }

  /**
   * Returns the values under their keys; none where the text is empty.
   *
   * @throws InvalidInputException with the line, and nothing of the values
   */
  static Map<String, RawValue> read(Reader text) throws IOException {
    try {
      return new YamlDocument(text).values();
    } catch (MarkedYAMLException e) {
      throw Document.invalid("it is not YAML"
          + (e.getProblemMark() == null
              ? ""
              : " (line " + (e.getProblemMark().getLine() + 1) + ")"));
    } catch (YAMLException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      throw Document.invalid("it has a character that YAML does not allow");
    }
  }

  private Map<String, RawValue> values() throws IOException {
    Map<String, RawValue> values = new LinkedHashMap<>();
    events.next(); // the stream starts
    if (!(events.next() instanceof DocumentStartEvent)) {
      return values;
    }
    Event root = events.next();
    if (root instanceof MappingStartEvent) {
      for (Event key = events.next(); !(key instanceof MappingEndEvent); key = events.next()) {
        put(values, key);
      }
    } else if (!(root instanceof ScalarEvent scalar && NULLS.contains(scalar.getValue()))) {
      throw Document.invalid("it must hold one mapping, with the values under their keys");
    }
    events.next(); // the document ends
    if (events.next() instanceof DocumentStartEvent) {
      throw Document.invalid("it must hold a single YAML document");
    }
    return values;
  }

  private void put(Map<String, RawValue> values, Event event) throws IOException {
    String key = name(event);
    int line = event.getStartMark().getLine() + 1;
    try {
      if (values.put(key, value()) != null) {
        throw Document.invalid("the key was there before");
      }
    } catch (InvalidInputException e) {
      throw Document.wrong(e, key, line);
    }
  }

  /** Reads one value, as JSON in between. */
  private RawValue value() throws IOException {
    ByteArrayOutputStream json = new ByteArrayOutputStream();
    try (JsonGenerator out = Values.JSON
        .factory()
        .createGenerator(json)
        .enable(JsonGenerator.Feature.STRICT_DUPLICATE_DETECTION)) {
      copy(events.next(), out);
    } catch (JsonProcessingException e) {
      throw Document.invalid("it has a member twice, or is nested too deeply");
    }
    return Values.ofJson(json.toByteArray());
  }

  private void copy(Event event, JsonGenerator out) throws IOException {
    if (event instanceof ScalarEvent scalar) {
      copyScalar(scalar, out);
      return;
    }
    if (!(event instanceof CollectionStartEvent collection)) {
      throw Document.invalid("it has an alias (*), write the value out");
    }
    checkTag(collection.getTag(), "map", "seq");
    if (event instanceof MappingStartEvent) {
      out.writeStartObject();
      for (Event name = events.next(); !(name instanceof MappingEndEvent); name = events.next()) {
        out.writeFieldName(name(name));
        copy(events.next(), out);
      }
      out.writeEndObject();
    } else {
      out.writeStartArray();
      for (Event item = events.next(); !(item instanceof SequenceEndEvent); item = events.next()) {
        copy(item, out);
      }
      out.writeEndArray();
    }
  }

  private static void copyScalar(ScalarEvent scalar, JsonGenerator out) throws IOException {
    String text = scalar.getValue();
    checkTag(scalar.getTag(), "str");
    if (scalar.getTag() != null || scalar.getScalarStyle() != ScalarStyle.PLAIN) {
      out.writeString(text);
    } else if (NULLS.contains(text)) {
      out.writeNull();
    } else if (TRUES.contains(text) || FALSES.contains(text)) {
      out.writeBoolean(TRUES.contains(text));
    } else if (JSON_NUMBER.matcher(text).matches()) {
      out.writeNumber(text);
    } else if (LIKE_A_NUMBER.matcher(text).matches()) {
      throw Document.invalid("it has a number that JSON would write differently: write it with"
          + " plain digits, or in quotes if it is text");
    } else {
      out.writeString(text);
    }
  }

  private static String name(Event event) {
    if (event instanceof ScalarEvent scalar) {
      checkTag(scalar.getTag(), "str");
      return scalar.getValue();
    }
    throw Document.invalid(
        "line " + (event.getStartMark().getLine() + 1) + ": a key must be plain text");
  }

  /** {@code !} alone says that a scalar is text, or a collection what it looks like. */
  private static void checkTag(@Nullable String tag, String... known) {
    if (tag == null || tag.equals("!")) {
      return;
    }
    for (String name : known) {
      if (tag.equals(STANDARD_TAG + name)) {
        return;
      }
    }
    throw Document.invalid("it has a tag (!), which says nothing that JSON could");
  }
}
