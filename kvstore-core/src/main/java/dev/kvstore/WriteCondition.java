package dev.kvstore;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A condition on the current entry of a key, checked atomically with the write or delete. */
public sealed interface WriteCondition {

  /** Always holds. */
  WriteCondition NONE = new None();

  /** Holds if there is no entry. */
  WriteCondition IF_ABSENT = new IfAbsent();

  /** Holds if there is an entry. */
  WriteCondition IF_PRESENT = new IfPresent();

  /**
   * Returns a condition that holds if the entry has this etag, so it is unchanged since it was
   * read.
   */
  static WriteCondition ifMatch(String etag) {
    return new IfMatch(etag);
  }

  /** Returns true if the condition holds for an entry with this etag; null means no entry. */
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
