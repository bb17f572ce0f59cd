package dev.kvstore.cli.terminal;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keys as a tree. The name of a branch includes its trailing separator, so that the joined names
 * from the root are a prefix of the keys below.
 */
public final class Tree {
  private final Map<String, Tree> branches = new LinkedHashMap<>();
  private @Nullable String value;

  public void add(String key, String value) {
    Tree node = this;
    int start = 0;
    for (int i = 0; i < key.length() - 1; i++) {
      if (key.charAt(i) == '.' || key.charAt(i) == '/') {
        node = node.branch(key.substring(start, i + 1));
        start = i + 1;
      }
    }
    node.branch(key.substring(start)).value = value;
  }

  private Tree branch(String name) {
    return branches.computeIfAbsent(name, any -> new Tree());
  }

  public void print(Console console) {
    print(console, "");
  }

  private void print(Console console, String indent) {
    int width = branches.entrySet().stream()
        .filter(branch -> branch.getValue().value != null)
        .mapToInt(branch -> branch.getKey().length())
        .max()
        .orElse(0);
    List<String> names = List.copyOf(branches.keySet());
    for (int i = 0; i < names.size(); i++) {
      boolean last = i == names.size() - 1;
      String name = names.get(i);
      Tree branch = branch(name);
      String text = branch.value == null
          ? name
          : name + " ".repeat(width - name.length()) + "  " + branch.value;
      console.print(indent + (last ? "└── " : "├── ") + text);
      branch.print(console, indent + (last ? "    " : "│   "));
    }
  }
}
