package dev.kvstore.cli.document;

import com.fasterxml.jackson.core.JsonToken;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.CollectionEndEvent;
import org.yaml.snakeyaml.events.CollectionStartEvent;
import org.yaml.snakeyaml.events.DocumentStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.MappingStartEvent;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.reader.ReaderException;

/**
 * Reads YAML mappings from the parser's events: a constructor of objects turns plain scalars into
 * numbers of its own, and digits get lost. Aliases, merge keys, and tags that JSON has no type for
 * are refused.
 */
final class YamlNodes {
  /** As deep as a value may be, and a bound for the recursion. */
  private static final int DEEPEST = 150;

  private final Iterator<Event> events;
  private final Types types;
  private final FileProblems problems;

  /** How many lines of the file are before the text. */
  private final int skipped;

  private YamlNodes(String text, int skipped, Types types, FileProblems problems) {
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(Integer.MAX_VALUE);
    this.events = new Yaml(options).parse(new StringReader(text)).iterator();
    this.skipped = skipped;
    this.types = types;
    this.problems = problems;
  }

  /** Returns the members of the mapping, or of several documents; none if the text is empty. */
  static List<Node.Member> read(String text, Types types, FileProblems problems) {
    List<YamlDocuments.Part> documents = new ArrayList<>();
    int skipped = 0;
    String rest = text;
    while (!rest.isEmpty()) {
      YamlNodes nodes = new YamlNodes(rest, skipped, types, problems);
      int broken = nodes.readInto(documents);
      if (broken < 0 || problems.isFull()) {
        break;
      }
      // There may be more to report: the next key that begins a line is a good place to go on.
      int next = nextKey(rest, broken + 1);
      skipped += Math.toIntExact(rest.substring(0, next).lines().count());
      rest = rest.substring(next);
    }
    return YamlDocuments.together(documents, problems);
  }

  /** Returns where the first line from that one on begins that has a key at its start. */
  private static int nextKey(String text, int line) {
    int at = 0;
    int number = 0;
    while (at < text.length()) {
      if (number >= line && (Character.isLetter(text.charAt(at)) || text.charAt(at) == '"')) {
        return at;
      }
      int end = text.indexOf('\n', at);
      at = end < 0 ? text.length() : end + 1;
      number++;
    }
    return text.length();
  }

  /** Returns the line with a syntax error, or -1. */
  private int readInto(List<YamlDocuments.Part> documents) {
    try {
      events.next(); // the stream starts
      for (Event next = events.next(); next instanceof DocumentStartEvent; next = events.next()) {
        List<Node.Member> members = new ArrayList<>();
        documents.add(new YamlDocuments.Part(place(next), members));
        root(members);
        events.next(); // the document ends
      }
      return -1;
    } catch (MarkedYAMLException e) {
      Mark mark = e.getProblemMark() == null ? e.getContextMark() : e.getProblemMark();
      problems.add(place(mark), "it is not YAML: " + e.getProblem());
      return mark == null ? Integer.MAX_VALUE - 1 : mark.getLine();
    } catch (ReaderException e) {
      problems.add(
          new Place(skipped + 1, 1),
          "it has a character that YAML does not allow, U+%04X at position %d"
              .formatted(e.getCodePoint(), e.getPosition()));
      return -1;
    }
  }

  private void root(List<Node.Member> members) {
    Event root = events.next();
    if (root instanceof MappingStartEvent) {
      members(members, null, 0);
    } else if (!(root instanceof ScalarEvent scalar && isNothing(scalar))) {
      problems.add(place(root), "it must hold one mapping, with the values under their keys");
      skip(root);
    }
  }

  private static boolean isNothing(ScalarEvent scalar) {
    return scalar.getValue().isEmpty() || scalar.getValue().equals("null");
  }

  private void members(List<Node.Member> members, FileProblems.@Nullable Path path, int depth) {
    Set<String> names = new HashSet<>();
    for (Event key = events.next(); !(key instanceof CollectionEndEvent); key = events.next()) {
      String name = name(key, path);
      FileProblems.Path inside = path == null ? FileProblems.Path.of(name) : path.member(name);
      Node value = value(events.next(), inside, depth);
      if (names.add(name)) {
        members.add(new Node.Member(name, place(key), value));
      } else {
        problems.add(
            place(key),
            inside,
            path == null ? "the key is there twice" : "the member is there twice");
      }
    }
  }

  /** Returns the name; one that cannot be is reported, and what belongs to it skipped. */
  private String name(Event key, FileProblems.@Nullable Path path) {
    FileProblems.Path at = path == null ? FileProblems.Path.NONE : path;
    if (!(key instanceof ScalarEvent scalar)) {
      problems.add(place(key), at, "a key must be plain text");
      skip(key);
      return "?" + place(key);
    }
    checkTag(scalar, at, Tag.STR);
    if (scalar.getScalarStyle() == ScalarStyle.PLAIN && scalar.getValue().equals("<<")) {
      problems.add(
          place(key),
          at,
          "it merges another mapping (<<): write the members out, or put a key of that name in"
              + " quotes");
    }
    return scalar.getValue();
  }

  private Node value(Event event, FileProblems.Path path, int depth) {
    Place place = place(event);
    if (event instanceof ScalarEvent scalar) {
      return scalar(scalar, path);
    }
    if (event instanceof AliasEvent) {
      problems.add(place, path, "it has an alias (*): write the value out");
      return Node.Scalar.text(place, "");
    }
    if (depth == DEEPEST) {
      problems.add(place, path, "it is nested too deeply");
      skip(event);
      return Node.Scalar.text(place, "");
    }
    CollectionStartEvent collection = (CollectionStartEvent) event;
    checkTag(collection, path, event instanceof MappingStartEvent ? Tag.MAP : Tag.SEQ);
    if (event instanceof MappingStartEvent) {
      List<Node.Member> members = new ArrayList<>();
      members(members, path, depth + 1);
      return new Node.Members(place, members);
    }
    List<Node> items = new ArrayList<>();
    for (Event item = events.next(); !(item instanceof CollectionEndEvent); item = events.next()) {
      items.add(value(item, path.item(items.size()), depth + 1));
    }
    return new Node.Items(place, items);
  }

  private Node.Scalar scalar(ScalarEvent scalar, FileProblems.Path path) {
    Place place = place(scalar);
    String text = scalar.getValue();
    String tag = scalar.getTag();
    if (tag == null && scalar.getScalarStyle() == ScalarStyle.PLAIN) {
      return text.isEmpty() && types != Types.TEXT
          ? new Node.Scalar(place, JsonToken.VALUE_NULL, "")
          : types.read(place, text);
    }
    for (Tag known : new Tag[] {Tag.INT, Tag.FLOAT, Tag.BOOL, Tag.NULL}) {
      Node.Scalar value = known.getValue().equals(tag) ? Yaml11.read(place, known, text) : null;
      if (value != null) {
        return value;
      }
    }
    checkTag(scalar, path, Tag.STR);
    return Node.Scalar.text(place, text);
  }

  /** {@code !} alone says that a scalar is text, or a collection what it looks like. */
  private void checkTag(NodeEvent event, FileProblems.Path path, Tag allowed) {
    String tag = event instanceof ScalarEvent scalar
        ? scalar.getTag()
        : ((CollectionStartEvent) event).getTag();
    if (tag != null && !tag.equals("!") && !tag.equals(allowed.getValue())) {
      problems.add(place(event), path, "it has a tag (!) for which JSON has no type");
    }
  }

  /** Skips the rest of what begins with the event. */
  private void skip(Event first) {
    int depth = first instanceof CollectionStartEvent ? 1 : 0;
    while (depth > 0) {
      Event event = events.next();
      depth +=
          event instanceof CollectionStartEvent ? 1 : event instanceof CollectionEndEvent ? -1 : 0;
    }
  }

  private Place place(Event event) {
    return place(event.getStartMark());
  }

  private Place place(@Nullable Mark mark) {
    return mark == null
        ? new Place(skipped + 1, 1)
        : new Place(skipped + mark.getLine() + 1, mark.getColumn() + 1);
  }
}
