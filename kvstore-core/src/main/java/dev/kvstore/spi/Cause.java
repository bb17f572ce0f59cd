package dev.kvstore.spi;

import dev.kvstore.BatchOptions;
import dev.kvstore.CopyOptions;
import dev.kvstore.DeleteOptions;
import dev.kvstore.DropOptions;
import dev.kvstore.KVLabel;
import dev.kvstore.KVOperation;
import dev.kvstore.RevisionSource;
import dev.kvstore.RollbackOptions;
import dev.kvstore.WriteOptions;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The author and reason of a write, as recorded in the history.
 *
 * @param author also stored as {@code updatedBy}
 * @param operation the operation to record, or null for that of the mutation
 * @param from the origin of the value, for a rollback, an import or a copy; otherwise null
 */
public record Cause(
    @Nullable String author,
    @Nullable String comment,
    @Nullable KVOperation operation,
    @Nullable RevisionSource from) {
  /** No author and no reason. */
  public static final Cause UNKNOWN = new Cause(null, null, null, null);

  public static Cause of(WriteOptions options) {
    return new Cause(
        options.author().orElse(null),
        options.comment().orElse(null),
        options.operation().orElse(null),
        null);
  }

  public static Cause of(BatchOptions options) {
    return new Cause(
        options.author().orElse(null),
        options.comment().orElse(null),
        options.operation().orElse(null),
        null);
  }

  public static Cause of(DeleteOptions options) {
    return new Cause(
        options.author().orElse(null),
        options.comment().orElse(null),
        options.operation().orElse(null),
        null);
  }

  public static Cause of(DropOptions options) {
    return new Cause(options.author().orElse(null), options.comment().orElse(null), null, null);
  }

  public static Cause of(RollbackOptions options) {
    return new Cause(options.author().orElse(null), options.comment().orElse(null), null, null);
  }

  public static Cause of(CopyOptions options) {
    return new Cause(options.author().orElse(null), options.comment().orElse(null), null, null);
  }

  /** Returns the operation to record for a mutation of this kind. */
  public KVOperation operationOr(KVOperation ofMutation) {
    return operation == null ? ofMutation : operation;
  }

  /** Returns the label with this author and comment. */
  public KVLabel label(String name, Instant at) {
    return new KVLabel(
        name,
        at.truncatedTo(ChronoUnit.MILLIS),
        Optional.ofNullable(author),
        Optional.ofNullable(comment));
  }

  /** Returns the options with this author and comment, added by these methods of theirs. */
  public <O> O addTo(
      O options, BiFunction<O, String, O> addAuthor, BiFunction<O, String, O> addComment) {
    O authored = author == null ? options : addAuthor.apply(options, author);
    return comment == null ? authored : addComment.apply(authored, comment);
  }

  /** Returns this cause with a source of the value. */
  public Cause from(KVOperation newOperation, RevisionSource source) {
    return new Cause(author, comment, newOperation, source);
  }
}
