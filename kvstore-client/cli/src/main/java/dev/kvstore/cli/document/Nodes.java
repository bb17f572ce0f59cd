package dev.kvstore.cli.document;

import java.util.function.BiConsumer;

/** Walks through values. */
final class Nodes {
  private Nodes() {}

  /** Calls the action with each scalar of the value and the path to it. */
  static void scalars(
      Node node, FileProblems.Path path, BiConsumer<Node.Scalar, FileProblems.Path> action) {
    if (node instanceof Node.Scalar scalar) {
      action.accept(scalar, path);
    } else if (node instanceof Node.Items array) {
      for (int i = 0; i < array.items().size(); i++) {
        scalars(array.items().get(i), path.item(i), action);
      }
    } else if (node instanceof Node.Members object) {
      object
          .members()
          .forEach(member -> scalars(member.value(), path.member(member.name()), action));
    }
  }
}
