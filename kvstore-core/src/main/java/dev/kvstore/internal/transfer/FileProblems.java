package dev.kvstore.internal.transfer;

import dev.kvstore.InvalidSnapshotException;
import dev.kvstore.internal.support.Texts;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects the problems of a snapshot with their places, so that all can be fixed at once. */
public final class FileProblems {
  private static final int MOST = 100;

  private final String file;
  private final List<InvalidSnapshotException.Problem> problems = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private int more;

  public FileProblems(String file) {
    this.file = file;
  }

  /** Adds a problem at a place that does not belong to a key. */
  void add(Place place, String reason) {
    add(place, Path.NONE, reason);
  }

  /** Adds a problem of a value or a part of it. The reason must not quote the value. */
  void add(Place place, Path path, String reason) {
    if (problems.size() < MOST) {
      problems.add(new InvalidSnapshotException.Problem(
          path.key(), path.pointer(), place.line(), place.column(), reason));
    } else {
      more++;
    }
  }

  String message(Place place, Path path, String reason) {
    return file + ":" + place.line() + ":" + place.column() + ": " + path + reason;
  }

  /** Adds a note for the user that is not a problem. */
  void note(Place place, String text) {
    notes.add(message(place, Path.NONE, text));
  }

  List<String> notes() {
    return notes;
  }

  boolean isFull() {
    return more > 0;
  }

  boolean isEmpty() {
    return problems.isEmpty();
  }

  /** @throws InvalidSnapshotException with all problems, if there are any */
  void throwIfAny() {
    if (problems.isEmpty()) {
      return;
    }
    problems.sort(Comparator.comparingInt(InvalidSnapshotException.Problem::line)
        .thenComparingInt(InvalidSnapshotException.Problem::column));
    List<String> all = new ArrayList<>();
    for (InvalidSnapshotException.Problem problem : problems) {
      all.add(message(
          new Place(problem.line(), problem.column()),
          new Path(problem.key(), problem.pointer()),
          problem.detail()));
    }
    if (more > 0) {
      all.add(file + ": " + more + " more problems");
    }
    throw new InvalidSnapshotException(String.join("\n", all), problems);
  }

  /** A key, and a JSON pointer into its value. */
  public record Path(String key, String pointer) {
    static final Path NONE = new Path("", "");

    public static Path of(String key) {
      return new Path(key, "");
    }

    Path member(String name) {
      return new Path(key, pointer + "/" + name.replace("~", "~0").replace("/", "~1"));
    }

    Path item(int index) {
      return new Path(key, pointer + "/" + index);
    }

    /** Returns the path for the beginning of a message. */
    @Override
    public String toString() {
      if (key.isEmpty()) {
        return "";
      }
      return "'" + Texts.oneLine(key) + "'"
          + (pointer.isEmpty() ? "" : " at " + Texts.oneLine(pointer)) + ": ";
    }
  }
}
