package dev.kvstore.internal.files;

import com.sun.security.auth.module.UnixSystem;
import dev.kvstore.UnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks if users other than the process's user and root could change or replace a file, on POSIX.
 */
public final class FileTrust {
  private static final int ROOT = 0;
  private static final int GROUP_WRITE = 0020;
  private static final int OTHERS_WRITE = 0002;
  private static final int OTHERS_READ = 0044;
  private static final int STICKY = 01000;

  /** The limit of Linux; more links count as a loop. */
  private static final int MAX_LINKS = 40;

  private final Set<Integer> trusted;
  private final Accounts accounts;
  private final boolean shared;

  private FileTrust(Set<Integer> trusted, Accounts accounts, boolean shared) {
    this.trusted = trusted;
    this.accounts = accounts;
    this.shared = shared;
  }

  /**
   * Returns a trust in root, the process's own user, and the group with the same id if it has no
   * other members.
   */
  public static FileTrust ofProcess() {
    return of(isPosix(Path.of("")) ? uid() : ROOT, Accounts.OF_SYSTEM);
  }

  /**
   * Returns a copy that also trusts groups with write access, as on shared volumes, and a sticky
   * folder of the file.
   */
  public FileTrust sharing() {
    return new FileTrust(trusted, accounts, true);
  }

  static FileTrust of(int user, Accounts accounts) {
    Set<Integer> trusted = new HashSet<>(List.of(ROOT));
    trusted.add(user);
    return new FileTrust(trusted, accounts, false);
  }

  /**
   * Like {@link #ofProcess()}, but if the process is root, it also trusts the owner of the folder,
   * whose files it manages.
   */
  public static FileTrust ofProcessIn(Path folder) throws IOException {
    FileTrust trust = ofProcess();
    if (isPosix(folder) && uid() == ROOT && Files.isDirectory(folder)) {
      trust.trusted.add(owner(attributes(folder)));
    }
    return trust;
  }

  /**
   * Returns who else could change the file or its path, as the rest of a sentence about the file;
   * null if no one can.
   *
   * @param file may be missing; then only its path is checked
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

  /**
   * Throws an {@link UnavailableException} with a message that starts with {@code what} if others
   * can write.
   */
  public void require(String what, Path file) throws IOException {
    String problem = problem(file);
    if (problem != null) {
      throw new UnavailableException(what + " " + file + " " + problem, null);
    }
  }

  /** Checks a folder entry: in a sticky folder the owner of a link can change it. */
  private @Nullable String entryProblem(Path folder, Path entry) throws IOException {
    String problem = folderProblem(folder, true);
    return problem == null
            && Files.isSymbolicLink(entry)
            && !trusted.contains(owner(attributes(entry, LinkOption.NOFOLLOW_LINKS)))
        ? foreign(entry)
        : problem;
  }

  /** Returns true if users other than its owner can read the file. */
  public static boolean isReadByOthers(Path file) throws IOException {
    return isPosix(file) && (mode(attributes(file)) & OTHERS_READ) != 0;
  }

  private @Nullable String fileProblem(Path file) throws IOException {
    Map<String, Object> attributes = attributes(file);
    if (!trusted.contains(owner(attributes))) {
      return foreign(file);
    }
    if (isWrittenByOthers(attributes)) {
      return "can be written by others than its owner: chmod 600 it";
    }
    Path folder = file.getParent();
    return folder == null ? null : folderProblem(folder, false);
  }

  /** @param above true if the folder is above that of the file; being sticky is then enough */
  private @Nullable String folderProblem(Path folder, boolean above) throws IOException {
    Map<String, Object> attributes = attributes(folder);
    if (!trusted.contains(owner(attributes))) {
      return foreign(folder);
    }
    boolean sheltered = (above || shared) && (mode(attributes) & STICKY) != 0;
    return sheltered || !isWrittenByOthers(attributes)
        ? null
        : "is not safe, as others can write in the folder " + folder + ": chmod go-w it";
  }

  private boolean isWrittenByOthers(Map<String, Object> attributes) {
    int mode = mode(attributes);
    boolean byGroup = !shared && (mode & GROUP_WRITE) != 0 && !isPrivate(number(attributes, "gid"));
    return byGroup || (mode & OTHERS_WRITE) != 0;
  }

  private boolean isPrivate(int group) {
    return group != ROOT && trusted.contains(group) && accounts.isAloneInOwnGroup(group);
  }

  private static String foreign(Path path) {
    return "is not safe, as " + path + " belongs to another user: chown it to the user of this"
        + " process, or to root";
  }

  private static Map<String, Object> attributes(Path path, LinkOption... options)
      throws IOException {
    return Files.readAttributes(path, "unix:uid,gid,mode", options);
  }

  private static int owner(Map<String, Object> attributes) {
    return number(attributes, "uid");
  }

  private static int mode(Map<String, Object> attributes) {
    return number(attributes, "mode");
  }

  private static int number(Map<String, Object> attributes, String name) {
    return (Integer) Objects.requireNonNull(attributes.get(name));
  }

  private static boolean isPosix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("unix");
  }

  private static int uid() {
    return (int) new UnixSystem().getUid();
  }
}
