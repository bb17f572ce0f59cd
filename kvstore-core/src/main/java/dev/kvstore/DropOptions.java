package dev.kvstore;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Options of dropping a store. Immutable; each method returns a changed copy.
 *
 * @since 0.1.0
 */
public final class DropOptions {
  /** Keeps the history; no author, no comment. */
  public static final DropOptions DEFAULT = new DropOptions(null, null, false);

  private final @Nullable String author;
  private final @Nullable String comment;
  private final boolean purging;

  private DropOptions(@Nullable String author, @Nullable String comment, boolean purging) {
    this.author = author;
    this.comment = comment;
    this.purging = purging;
  }

  /** Records the author in the history. */
  public DropOptions author(String newAuthor) {
    return new DropOptions(Names.checkText("author", newAuthor), comment, purging);
  }

  /** Like {@link WriteOptions#comment}. */
  public DropOptions comment(String newComment) {
    return new DropOptions(author, Names.checkComment(newComment), purging);
  }

  /** Also removes the history and the labels of the store. Nothing can be restored afterwards. */
  public DropOptions purgingHistory() {
    return new DropOptions(author, comment, true);
  }

  public Optional<String> author() {
    return Optional.ofNullable(author);
  }

  public Optional<String> comment() {
    return Optional.ofNullable(comment);
  }

  /** Returns true after {@link #purgingHistory()}. */
  public boolean isPurging() {
    return purging;
  }
}
