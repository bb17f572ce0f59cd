package dev.kvstore.cli.document;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Takes nested values apart: each scalar gets a key of its own, made of the names on the way to it.
 * An item of a list has its index in brackets, {@code a[0]}. What is empty stays a value.
 */
public final class Flattening {
  private final String separator;
  private final FileProblems problems;
  private final Set<String> keys = new HashSet<>();
  private final List<Node.Member> flat = new ArrayList<>();

  private Flattening(String separator, FileProblems problems) {
    this.separator = separator;
    this.problems = problems;
  }

  /** Returns the scalars under their keys; a key that comes about twice is a problem. */
  public static List<Node.Member> of(
      List<Node.Member> members, String separator, FileProblems problems) {
    Flattening flattening = new Flattening(separator, problems);
    members.forEach(flattening::add);
    return flattening.flat;
  }

  private void add(Node.Member member) {
    String key = member.name();
    if (member.value() instanceof Node.Members object && !object.members().isEmpty()) {
      for (Node.Member inner : object.members()) {
        add(new Node.Member(key + separator + inner.name(), inner.place(), inner.value()));
      }
    } else if (member.value() instanceof Node.Items array && !array.items().isEmpty()) {
      for (int i = 0; i < array.items().size(); i++) {
        Node item = array.items().get(i);
        add(new Node.Member(key + "[" + i + "]", item.place(), item));
      }
    } else {
      if (!keys.add(key)) {
        problems.add(
            member.place(),
            FileProblems.Path.of(key),
            "two values would get this key; use another separator with --flatten");
      }
      flat.add(member);
    }
  }
}
