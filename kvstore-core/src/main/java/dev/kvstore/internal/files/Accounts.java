package dev.kvstore.internal.files;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The local users and groups of the system, without those of a directory service. */
record Accounts(Path users, Path groups) {
  static final Accounts OF_SYSTEM = new Accounts(Path.of("/etc/passwd"), Path.of("/etc/group"));

  private static final int ROOT = 0;

  /** Returns true if the group with the same id has no known members except this user and root. */
  boolean isAloneInOwnGroup(int id) {
    try {
      Set<String> members = new HashSet<>();
      boolean listed = false;
      for (List<String> user : lines(users)) {
        int uid = number(user.get(2));
        boolean inGroup = number(user.get(3)) == id;
        if (uid == id || uid == ROOT) {
          members.add(user.get(0));
          listed |= uid == id && inGroup;
        } else if (inGroup) {
          return false;
        }
      }
      return listed && hasNoOtherMembers(id, members);
    } catch (IOException | IndexOutOfBoundsException | NumberFormatException e) {
      return false;
    }
  }

  private boolean hasNoOtherMembers(int id, Set<String> members) throws IOException {
    List<List<String>> own =
        lines(groups).stream().filter(group -> number(group.get(2)) == id).toList();
    return !own.isEmpty()
        && own.stream()
            .flatMap(group -> Arrays.stream(group.get(3).split(",", -1)))
            .allMatch(member -> member.isEmpty() || members.contains(member));
  }

  private static List<List<String>> lines(Path file) throws IOException {
    return Files.readAllLines(file, ISO_8859_1).stream()
        .filter(line -> !line.isBlank() && !line.startsWith("#"))
        .map(line -> List.of(line.split(":", -1)))
        .toList();
  }

  private static int number(String field) {
    return Integer.parseUnsignedInt(field);
  }
}
