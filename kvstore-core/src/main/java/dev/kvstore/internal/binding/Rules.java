package dev.kvstore.internal.binding;

import dev.kvstore.BindOptions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The rules of the options for single settings, held against the type. */
final class Rules {
  private Rules() {}

  /** Returns them by the keys that they are about. */
  static Map<String, List<BindOptions.Rule<?>>> byKey(
      List<BindOptions.Rule<?>> rules, Shape shape, Prefix prefix) {
    Map<String, List<BindOptions.Rule<?>>> byKey = new HashMap<>();
    for (BindOptions.Rule<?> rule : rules) {
      Member member = find(shape, rule.name(), prefix.separator());
      if (member == null) {
        throw new IllegalArgumentException("There is a rule for '" + rule.name() + "', which "
            + shape.type().getTypeName() + " does not have");
      }
      if (!rule.type().isAssignableFrom(member.content())) {
        throw new IllegalArgumentException("The rule for '" + rule.name() + "' is one for "
            + rule.type().getTypeName() + ", but that is " + member.content().getTypeName());
      }
      byKey
          .computeIfAbsent(prefix.below() + rule.name(), any -> new ArrayList<>())
          .add(rule);
    }
    return byKey;
  }

  private static @Nullable Member find(Shape shape, String name, String separator) {
    for (Member member : shape.members()) {
      if (member.name().equals(name)) {
        return member;
      }
      if (member.shape() != null && name.startsWith(member.name() + separator)) {
        String rest = name.substring(member.name().length() + separator.length());
        Member inner = find(member.shape(), rest, separator);
        if (inner != null) {
          return inner;
        }
      }
    }
    return null;
  }
}
