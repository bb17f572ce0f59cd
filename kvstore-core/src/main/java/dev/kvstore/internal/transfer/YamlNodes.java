package dev.kvstore.internal.transfer;

import com.fasterxml.jackson.core.JsonToken;
import dev.kvstore.InvalidInputException;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
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
 * Reads YAML mappings from the events of the parser, because an object constructor would convert
 * plain scalars to numbers and lose digits. Aliases, merge keys, and tags of types that JSON lacks
 * are refused.
 */
final class YamlNodes {
  /** The maximum nesting of values, which bounds the recursion. */
  private static final int DEEPEST = 150;

  private final Iterator<Event> events;
  private final Types types;
  private final FileProblems problems;

  private final EntryText text;
  private final ValueSize size;

  /** The number of lines of the file before the text. */
  private final int skipped;

  /** The place of the current entry. */
  private Place entry = new Place(1, 1);

  private YamlNodes(Reader text, int skipped, Reading reading, FileProblems problems) {
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(Integer.MAX_VALUE);
    this.text = new EntryText(text, reading.limits().maxBytes());
    this.events = new Yaml(options).parse(this.text).iterator();
    this.size = new ValueSize(reading.limits().maxBytes());
    this.skipped = skipped;
    this.types = reading.types();
    this.problems = problems;
  }

  /** Reads the members of a mapping or of several documents; none if the text is empty. */
  static void read(
      SnapshotSource source, Reading reading, FileProblems problems, Consumer<Node.Member> members)
      throws IOException {
    if (!YamlDocuments.areSeveral(source, reading)) {
      readDocuments(source, reading, problems, place -> members);
      return;
    }
    if (!source.isSmall()) {
      problems.add(
          new Place(1, 1),
          "it has several documents, which is possible in a small file only: make it one");
      return;
    }
    List<YamlDocuments.Part> documents = new ArrayList<>();
    readDocuments(source, reading, problems, place -> {
      List<Node.Member> document = new ArrayList<>();
      documents.add(new YamlDocuments.Part(place, document));
      return new Unique(document, new HashSet<>(), problems);
    });
    YamlDocuments.together(documents, problems).forEach(members);
  }

  /** Collects the members of one document and reports duplicates. */
  private record Unique(List<Node.Member> members, Set<String> names, FileProblems problems)
      implements Consumer<Node.Member> {
    @Override
    public void accept(Node.Member member) {
      if (names.add(member.name())) {
        members.add(member);
      } else {
        SnapshotReader.reportTwice(member.name(), member.place(), problems);
      }
    }
  }

  /** Returns the consumer of the members of a document at this place. */
  private interface Documents {
    Consumer<Node.Member> at(Place place);
  }

  private static void readDocuments(
      SnapshotSource source, Reading reading, FileProblems problems, Documents documents)
      throws IOException {
    int broken;
    try (Reader text = source.reader()) {
      broken = new YamlNodes(text, 0, reading, problems).readInto(documents);
    }
    if (broken < 0 || !source.isSmall()) {
      return;
    }
    String rest = new String(source.bytes(), StandardCharsets.UTF_8);
    int skipped = 0;
    while (broken >= 0 && !problems.isFull()) {
      // To find more errors, continue at the next line that starts with a key.
      int next = nextKey(rest, broken + 1);
      skipped += Math.toIntExact(rest.substring(0, next).lines().count());
      rest = rest.substring(next);
      broken = rest.isEmpty()
          ? -1
          : new YamlNodes(new StringReader(rest), skipped, reading, problems).readInto(documents);
    }
  }

  /** Returns the offset of the first line, from this one on, that starts with a key. */
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

  /** Reads the documents. Returns the line of a syntax error, or -1. */
  private int readInto(Documents documents) throws IOException {
    try {
      events.next(); // stream start
      for (Event next = events.next(); next instanceof DocumentStartEvent; next = events.next()) {
        root(documents.at(place(next)));
        events.next(); // document end
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
    } catch (InvalidInputException e) {
      problems.add(entry, String.valueOf(e.getMessage()));
      return -1;
    } catch (YAMLException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      throw e;
    }
  }

  private void root(Consumer<Node.Member> members) {
    Event root = events.next();
    if (root instanceof MappingStartEvent) {
      for (Event key = events.next(); !(key instanceof CollectionEndEvent); key = events.next()) {
        text.nextEntry();
        size.reset();
        entry = place(key);
        String name = name(key, FileProblems.Path.NONE);
        Node value = value(events.next(), FileProblems.Path.of(name), 0);
        members.accept(new Node.Member(name, entry, value));
      }
    } else if (!(root instanceof ScalarEvent scalar && isNothing(scalar))) {
      problems.add(place(root), "it must hold one mapping, with the values under their keys");
      skip(root);
    }
  }

  private static boolean isNothing(ScalarEvent scalar) {
    return scalar.getValue().isEmpty() || scalar.getValue().equals("null");
  }

  private List<Node.Member> members(FileProblems.Path path, int depth) {
    List<Node.Member> members = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Event key = events.next(); !(key instanceof CollectionEndEvent); key = events.next()) {
      String name = name(key, path);
      size.add(name.length());
      Node value = value(events.next(), path.member(name), depth);
      if (names.add(name)) {
        members.add(new Node.Member(name, place(key), value));
      } else {
        problems.add(place(key), path.member(name), "the member is there twice");
      }
    }
    return members;
  }

  /** Returns the name; an invalid one is reported, and its value skipped. */
  private String name(Event key, FileProblems.Path path) {
    if (!(key instanceof ScalarEvent scalar)) {
      problems.add(place(key), path, "a key must be plain text");
      skip(key);
      return "?" + place(key);
    }
    checkTag(scalar, path, Tag.STR);
    if (scalar.getScalarStyle() == ScalarStyle.PLAIN && scalar.getValue().equals("<<")) {
      problems.add(
          place(key),
          path,
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
      return new Node.Members(place, members(path, depth + 1));
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
    size.add(text.isEmpty() ? 0 : 1);
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

  /** Checks the tag. {@code !} alone marks a scalar as text, and has no effect on a collection. */
  private void checkTag(NodeEvent event, FileProblems.Path path, Tag allowed) {
    String tag = event instanceof ScalarEvent scalar
        ? scalar.getTag()
        : ((CollectionStartEvent) event).getTag();
    if (tag != null && !tag.equals("!") && !tag.equals(allowed.getValue())) {
      problems.add(place(event), path, "it has a tag (!) for which JSON has no type");
    }
  }

  /** Skips the rest of the node that starts with this event. */
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
