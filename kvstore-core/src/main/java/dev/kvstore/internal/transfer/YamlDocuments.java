package dev.kvstore.internal.transfer;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Merges the documents of a YAML file as Spring does for its settings: a later document overrides
 * earlier ones member by member. Conditional documents are skipped.
 */
final class YamlDocuments {
  private static final String CONDITION = "spring.config.activate";

  private YamlDocuments() {}

  /** A document and its place. */
  record Part(Place place, List<Node.Member> members) {}

  /** Returns true if the text may have more than one document, without parsing it. */
  static boolean areSeveral(SnapshotSource source, Reading reading) throws IOException {
    boolean begun = false;
    try (EntryText text = new EntryText(source.reader(), reading.limits().maxBytes());
        BufferedReader lines = new BufferedReader(text)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        text.nextEntry();
        boolean start = line.startsWith("---");
        if (line.startsWith("...") || (start && begun)) {
          return true;
        }
        begun |= start || !(line.isBlank() || line.startsWith("#") || line.startsWith("%"));
      }
    }
    return false;
  }

  static List<Node.Member> together(List<Part> documents, FileProblems problems) {
    List<Part> all =
        documents.stream().filter(part -> !part.members().isEmpty()).toList();
    if (all.size() == 1) {
      return all.get(0).members();
    }
    List<Node.Member> members = new ArrayList<>();
    for (Part part : all) {
      if (has(part.members(), CONDITION)) {
        problems.note(
            part.place(),
            "the document that begins here is left out, because it has " + CONDITION
                + ": import it from a file of its own");
      } else {
        members = merged(members, part.members());
      }
    }
    return members;
  }

  /** Returns true if there is a member at the path or below it, nested in any way. */
  private static boolean has(List<Node.Member> members, String path) {
    return members.stream().anyMatch(member -> {
      String name = member.name();
      return name.equals(path)
          || name.startsWith(path + ".")
          || (path.startsWith(name + ".")
              && member.value() instanceof Node.Members inner
              && has(inner.members(), path.substring(name.length() + 1)));
    });
  }

  private static List<Node.Member> merged(List<Node.Member> before, List<Node.Member> later) {
    Map<String, Node.Member> merged = new LinkedHashMap<>();
    before.forEach(member -> merged.put(member.name(), member));
    later.forEach(member -> merged.merge(member.name(), member, YamlDocuments::merged));
    return new ArrayList<>(merged.values());
  }

  private static Node.Member merged(Node.Member before, Node.Member later) {
    return before.value() instanceof Node.Members old && later.value() instanceof Node.Members own
        ? new Node.Member(
            later.name(),
            later.place(),
            new Node.Members(own.place(), merged(old.members(), own.members())))
        : later;
  }
}
