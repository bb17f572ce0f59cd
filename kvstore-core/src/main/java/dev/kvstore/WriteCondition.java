package dev.kvstore;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What must hold of a key's present entry for a write or delete to happen. It is checked and the
 * write is done as one atomic step.
 */
public sealed interface WriteCondition {

  /** Always holds: the write wins over whatever is there. */
  WriteCondition NONE = new None();

  /** Holds where there is no entry, or an expired one. */
  WriteCondition IF_ABSENT = new IfAbsent();

  /** Holds where there is an entry, whatever its etag. */
  WriteCondition IF_PRESENT = new IfPresent();

  /** Holds where the entry's etag is this one: nobody has written the key since it was read. */
  static WriteCondition ifMatch(String etag) {
    return new IfMatch(etag);
  }

  /** Tells whether the condition holds of an entry with that etag; null stands for no entry. */
  boolean holdsFor(@Nullable String presentEtag);

  /** See {@link #NONE}. */
  record None() implements WriteCondition {
    @Override
    public boolean holdsFor(@Nullable String presentEtag) {
      return true;
    }

    @Override
    public String toString() {
      return "nothing";
    }
  }

  /** See {@link #IF_ABSENT}. */
  record IfAbsent() implements WriteCondition {
    @Override
    public boolean holdsFor(@Nullable String presentEtag) {
      return presentEtag == null;
    }

    @Override
    public String toString() {
      return "no entry";
    }
  }

  /** See {@link #IF_PRESENT}. */
  record IfPresent() implements WriteCondition {
    @Override
    public boolean holdsFor(@Nullable String presentEtag) {
      return presentEtag != null;
    }

    @Override
    public String toString() {
      return "an entry";
    }
  }

  /** See {@link #ifMatch}. */
  record IfMatch(String etag) implements WriteCondition {
    public IfMatch {
      Objects.requireNonNull(etag, "etag");
    }

    @Override
    public boolean holdsFor(@Nullable String presentEtag) {
      return etag.equals(presentEtag);
    }

    @Override
    public String toString() {
      return "etag " + etag;
    }
  }
}
