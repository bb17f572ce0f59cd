package dev.kvstore;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
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
      List.of(""), null, null, null, null, null, null, null, null, KVQuery.ALL.limit(), false);

  private final List<String> prefixes;
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
      List<String> prefixes,
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
    this.prefixes = prefixes;
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
    return ALL.prefixes(List.of(Names.checkText("prefix", prefix)));
  }

  /** Selects the revisions of keys that begin with one of these texts. */
  public HistoryQuery prefixes(Collection<String> any) {
    List<String> checked = Objects.requireNonNull(any, "prefixes").stream()
        .map(one -> Names.checkText("prefix", one))
        .toList();
    return new HistoryQuery(
        checked, key, version, etag, author, operation, since, until, after, limit, values);
  }

  /** Selects the revisions of one key. */
  public static HistoryQuery key(String key) {
    return new HistoryQuery(
        ALL.prefixes,
        Names.checkKey(key),
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

  /** Selects revisions with this version. Versions start again after a delete. */
  public HistoryQuery version(long only) {
    return new HistoryQuery(
        prefixes, key, only, etag, author, operation, since, until, after, limit, values);
  }

  /** Selects the revision with this etag. */
  public HistoryQuery etag(String only) {
    return new HistoryQuery(
        prefixes,
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
        prefixes,
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
        prefixes,
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
        prefixes,
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
        prefixes,
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
        prefixes,
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
        prefixes,
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
        prefixes, key, version, etag, author, operation, since, until, after, limit, true);
  }

  /** Returns the texts one of which the keys begin with. */
  public List<String> prefixes() {
    return prefixes;
  }

  /** Returns the only key; empty for all with one of the prefixes. */
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
}
