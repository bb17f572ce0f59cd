package dev.kvstore;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * A name for an instant in the history of a store, for example "before release 41".
 *
 * @since 0.1.0
 */
public record KVLabel(String name, Instant at, Optional<String> author, Optional<String> comment) {
  /**
   * @throws InvalidInputException as {@link Names#checkLabel}, {@link WriteOptions#author} and
   *     {@link WriteOptions#comment}
   */
  public KVLabel {
    Names.checkLabel(name);
    Objects.requireNonNull(at, "at");
    Objects.requireNonNull(author, "author");
    Objects.requireNonNull(comment, "comment");
    author.ifPresent(text -> Names.checkText("author", text));
    comment.ifPresent(Names::checkComment);
  }
}
