package dev.kvstore;

import java.time.Instant;
import java.util.Objects;

/**
 * Identifies one revision of a key.
 *
 * @since 0.1.0
 */
public sealed interface RevisionSelector {
  /** The newest revision with this version; versions start again at 1 after a delete. */
  record ByVersion(long version) implements RevisionSelector {
    @Override
    public String toString() {
      return "version " + version;
    }
  }

  /** The revision with this etag. */
  record ByEtag(String etag) implements RevisionSelector {
    public ByEtag {
      Objects.requireNonNull(etag, "etag");
    }

    @Override
    public String toString() {
      return "etag " + etag;
    }
  }

  /** The last revision at this instant or earlier. */
  record At(Instant at) implements RevisionSelector {
    public At {
      Objects.requireNonNull(at, "at");
    }

    @Override
    public String toString() {
      return "the instant " + at;
    }
  }

  static RevisionSelector version(long version) {
    return new ByVersion(version);
  }

  static RevisionSelector etag(String etag) {
    return new ByEtag(etag);
  }

  static RevisionSelector at(Instant at) {
    return new At(at);
  }
}
