package dev.kvstore;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Selects revisions, and how many a page has. Immutable; each method returns a changed copy.
 *
 * <pre>{@code
 * history.revisions(HistoryQuery.prefix("ui.").author("alice").since(yesterday));
 * }</pre>
 *
 * @since 0.1.0
 */
public final class HistoryQuery {
  /** All revisions, 100 a page, without values. */
  public static final HistoryQuery ALL = new HistoryQuery(
      "", null, null, null, null, null, null, null, null, KVQuery.ALL.limit(), false);

  private final String prefix;
  private final @Nullable String key;
  private final @Nullable Long version;
  private final @Nullable String etag;
  private final @Nullable String author;
  private final @Nullable KVOperation operation;
  private final @Nullable Instant since;
  private final @Nullable Instant until;
  private final @Nullable String after;
  private final int limit;
  private final boolean values;

  private HistoryQuery(
      String prefix,
      @Nullable String key,
      @Nullable Long version,
      @Nullable String etag,
      @Nullable String author,
      @Nullable KVOperation operation,
      @Nullable Instant since,
      @Nullable Instant until,
      @Nullable String after,
      int limit,
      boolean values) {
    this.prefix = prefix;
    this.key = key;
    this.version = version;
    this.etag = etag;
    this.author = author;
    this.operation = operation;
    this.since = since;
    this.until = until;
    this.after = after;
    this.limit = limit;
    this.values = values;
  }

  /** Selects the revisions of keys that begin with this text; the empty text matches all keys. */
  public static HistoryQuery prefix(String prefix) {
    return new HistoryQuery(
        Names.checkText("prefix", prefix),
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        ALL.limit,
        false);
  }

  /** Selects the revisions of one key. */
  public static HistoryQuery key(String key) {
    return new HistoryQuery(
        "", Names.checkKey(key), null, null, null, null, null, null, null, ALL.limit, false);
  }

  /** Selects revisions with this version. Versions start again after a delete. */
  public HistoryQuery version(long only) {
    return new HistoryQuery(
        prefix, key, only, etag, author, operation, since, until, after, limit, values);
  }

  /** Selects the revision with this etag. */
  public HistoryQuery etag(String only) {
    return new HistoryQuery(
        prefix,
        key,
        version,
        Objects.requireNonNull(only, "etag"),
        author,
        operation,
        since,
        until,
        after,
        limit,
        values);
  }

  /** Selects revisions by this author. */
  public HistoryQuery author(String only) {
    return new HistoryQuery(
        prefix,
        key,
        version,
        etag,
        Names.checkText("author", only),
        operation,
        since,
        until,
        after,
        limit,
        values);
  }

  /** Selects revisions that this operation made. */
  public HistoryQuery operation(KVOperation only) {
    return new HistoryQuery(
        prefix,
        key,
        version,
        etag,
        author,
        Objects.requireNonNull(only, "operation"),
        since,
        until,
        after,
        limit,
        values);
  }

  /** Selects revisions made at this instant or later. */
  public HistoryQuery since(Instant first) {
    return new HistoryQuery(
        prefix,
        key,
        version,
        etag,
        author,
        operation,
        Objects.requireNonNull(first, "since"),
        until,
        after,
        limit,
        values);
  }

  /** Selects revisions made at this instant or earlier. */
  public HistoryQuery until(Instant last) {
    return new HistoryQuery(
        prefix,
        key,
        version,
        etag,
        author,
        operation,
        since,
        Objects.requireNonNull(last, "until"),
        after,
        limit,
        values);
  }

  /**
   * Goes on behind a page.
   *
   * @param position its {@link KVPage#next()}
   */
  public HistoryQuery after(String position) {
    return new HistoryQuery(
        prefix,
        key,
        version,
        etag,
        author,
        operation,
        since,
        until,
        Objects.requireNonNull(position, "position"),
        limit,
        values);
  }

  /** As {@link KVQuery#limit(int)}. */
  public HistoryQuery limit(int items) {
    return new HistoryQuery(
        prefix,
        key,
        version,
        etag,
        author,
        operation,
        since,
        until,
        after,
        KVQuery.ALL.limit(items).limit(),
        values);
  }

  /** Returns the values, too. */
  public HistoryQuery withValues() {
    return new HistoryQuery(
        prefix, key, version, etag, author, operation, since, until, after, limit, true);
  }

  public String prefix() {
    return prefix;
  }

  /** Returns the only key; empty for all with the prefix. */
  public Optional<String> key() {
    return Optional.ofNullable(key);
  }

  public Optional<Long> version() {
    return Optional.ofNullable(version);
  }

  public Optional<String> etag() {
    return Optional.ofNullable(etag);
  }

  public Optional<String> author() {
    return Optional.ofNullable(author);
  }

  public Optional<KVOperation> operation() {
    return Optional.ofNullable(operation);
  }

  public Optional<Instant> since() {
    return Optional.ofNullable(since);
  }

  public Optional<Instant> until() {
    return Optional.ofNullable(until);
  }

  public Optional<String> after() {
    return Optional.ofNullable(after);
  }

  public int limit() {
    return limit;
  }

  /** Returns true after {@link #withValues()}. */
  public boolean hasValues() {
    return values;
  }

  /** Returns true if the revision is one of those selected, wherever the page begins. */
  public boolean matches(KVRevision<?> revision) {
    Optional<KVMetadata> metadata = revision.metadata();
    return (key == null ? revision.key().startsWith(prefix) : revision.key().equals(key))
        && (version == null
            || metadata.map(KVMetadata::version).filter(version::equals).isPresent())
        && (etag == null || metadata.map(KVMetadata::etag).filter(etag::equals).isPresent())
        && (author == null || revision.author().filter(author::equals).isPresent())
        && (operation == null || revision.operation() == operation)
        && (since == null || !revision.at().isBefore(since))
        && (until == null || !revision.at().isAfter(until));
  }
}
