package dev.kvstore.files;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds who but the process's user and root could change a file or put another in its place. Sees
 * only what POSIX permissions say; where there are none, it finds nobody.
 */
public final class FileTrust {
  private static final int ROOT = 0;
  private static final int OTHERS_WRITE = 0022;
  private static final int OTHERS_READ = 0044;
  private static final int STICKY = 01000;

  /** As in Linux: more links than this are a loop. */
  private static final int MAX_LINKS = 40;

  private final Set<Integer> trusted;

  private FileTrust(Set<Integer> trusted) {
    this.trusted = trusted;
  }

  /** Trusts root and the process's own user. */
  public static FileTrust ofProcess() {
    Set<Integer> trusted = new HashSet<>();
    trusted.add(ROOT);
    if (isPosix(Path.of(""))) {
      trusted.add(uid());
    }
    return new FileTrust(trusted);
  }

  /** As {@link #ofProcess()}; root also trusts the owner of the folder, whose files it manages. */
  public static FileTrust ofProcessIn(Path folder) throws IOException {
    FileTrust trust = ofProcess();
    if (isPosix(folder) && uid() == ROOT && Files.isDirectory(folder)) {
      trust.trusted.add(owner(attributes(folder)));
    }
    return trust;
  }

  /**
   * Returns who could change the file or the way to it, as the rest of a sentence about it; null if
   * nobody can.
   *
   * @param file may be missing; then only the way to it is looked at
   */
  public @Nullable String problem(Path file) throws IOException {
    if (!isPosix(file)) {
      return null;
    }
    Path absolute = file.toAbsolutePath();
    Path root = Objects.requireNonNull(absolute.getRoot(), "an absolute path");
    Deque<Path> rest = new ArrayDeque<>();
    absolute.forEach(rest::add);
    Path reached = root;
    for (int links = 0; !rest.isEmpty(); ) {
      Path next = reached.resolve(rest.pop()).normalize();
      String problem = entryProblem(reached, next);
      if (problem != null) {
        return problem;
      }
      if (!Files.exists(next, LinkOption.NOFOLLOW_LINKS)) {
        return rest.isEmpty() ? folderProblem(reached, false) : null;
      }
      if (!Files.isSymbolicLink(next)) {
        reached = next;
      } else if (++links > MAX_LINKS) {
        return "is a link to itself";
      } else {
        Path target = Files.readSymbolicLink(next);
        Deque<Path> names = new ArrayDeque<>();
        target.forEach(names::push);
        names.forEach(rest::push);
        reached = target.isAbsolute() ? root : reached;
      }
    }
    return fileProblem(reached);
  }

  /** A link in a sticky folder can be changed by its owner. */
  private @Nullable String entryProblem(Path folder, Path entry) throws IOException {
    String problem = folderProblem(folder, true);
    return problem == null
            && Files.isSymbolicLink(entry)
            && !trusted.contains(owner(attributes(entry, LinkOption.NOFOLLOW_LINKS)))
        ? foreign(entry)
        : problem;
  }

  /** Returns true if others than its owner can read the file. */
  public static boolean isReadByOthers(Path file) throws IOException {
    return isPosix(file) && (mode(attributes(file)) & OTHERS_READ) != 0;
  }

  private @Nullable String fileProblem(Path file) throws IOException {
    Map<String, Object> attributes = attributes(file);
    if (!trusted.contains(owner(attributes))) {
      return foreign(file);
    }
    if ((mode(attributes) & OTHERS_WRITE) != 0) {
      return "can be written by others than its owner: chmod 600 it";
    }
    Path folder = file.getParent();
    return folder == null ? null : folderProblem(folder, false);
  }

  /** @param above whether it holds the way to the file only; a sticky one protects that */
  private @Nullable String folderProblem(Path folder, boolean above) throws IOException {
    Map<String, Object> attributes = attributes(folder);
    if (!trusted.contains(owner(attributes))) {
      return foreign(folder);
    }
    int mode = mode(attributes);
    boolean sheltered = above && (mode & STICKY) != 0;
    return (mode & OTHERS_WRITE) == 0 || sheltered
        ? null
        : "is not safe, as others can write in the folder " + folder + ": chmod go-w it";
  }

  private static String foreign(Path path) {
    return "is not safe, as " + path + " belongs to another user: chown it to the user that runs"
        + " the service, or to root";
  }

  private static Map<String, Object> attributes(Path path, LinkOption... options)
      throws IOException {
    return Files.readAttributes(path, "unix:uid,mode", options);
  }

  private static int owner(Map<String, Object> attributes) {
    return (Integer) Objects.requireNonNull(attributes.get("uid"));
  }

  private static int mode(Map<String, Object> attributes) {
    return (Integer) Objects.requireNonNull(attributes.get("mode"));
  }

  private static boolean isPosix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("unix");
  }

  private static int uid() {
    return (int) new UnixSystem().getUid();
  }
}
