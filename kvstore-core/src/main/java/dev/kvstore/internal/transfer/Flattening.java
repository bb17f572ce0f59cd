package dev.kvstore.internal.transfer;

import java.util.function.Consumer;

/**
 * Flattens nested values: each scalar gets its own key, made of the names that lead to it. An item
 * of a list has its index in brackets, {@code a[0]}. An empty object or list remains a value.
 */
record Flattening(String separator, Consumer<Node.Member> flat) implements Consumer<Node.Member> {
  @Override
  public void accept(Node.Member member) {
    String key = member.name();
    if (member.value() instanceof Node.Members object && !object.members().isEmpty()) {
      for (Node.Member inner : object.members()) {
        accept(new Node.Member(key + separator + inner.name(), inner.place(), inner.value()));
      }
    } else if (member.value() instanceof Node.Items array && !array.items().isEmpty()) {
      for (int i = 0; i < array.items().size(); i++) {
        Node item = array.items().get(i);
        accept(new Node.Member(key + "[" + i + "]", item.place(), item));
      }
    } else {
      flat.accept(member);
    }
  }
}
