package dev.kvstore;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Selects revisions and sets the page size. Immutable; each method returns a changed copy.
 *
 * <pre>{@code
 * history.revisions(HistoryQuery.prefix("ui.").author("alice").since(yesterday));
 * }</pre>
 *
 * @since 0.1.0
 */
public final class HistoryQuery {
  /** Selects all revisions, 100 per page, without values. */
  public static final HistoryQuery ALL = new HistoryQuery(new Criteria());

  private final Criteria criteria; // not modified after construction

  private HistoryQuery(Criteria criteria) {
    this.criteria = criteria;
  }

  private static final class Criteria {
    private List<String> prefixes = List.of("");
    private @Nullable String key;
    private @Nullable Long version;
    private @Nullable String etag;
    private @Nullable String author;
    private @Nullable KVOperation operation;
    private @Nullable Instant since;
    private @Nullable Instant until;
    private @Nullable String after;
    private int limit = KVQuery.ALL.limit();
    private boolean values;

    private Criteria() {}

    private Criteria(Criteria other) {
      prefixes = other.prefixes;
      key = other.key;
      version = other.version;
      etag = other.etag;
      author = other.author;
      operation = other.operation;
      since = other.since;
      until = other.until;
      after = other.after;
      limit = other.limit;
      values = other.values;
    }
  }

  private HistoryQuery with(Consumer<Criteria> change) {
    Criteria changed = new Criteria(criteria);
    change.accept(changed);
    return new HistoryQuery(changed);
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
    return with(changed -> changed.prefixes = checked);
  }

  /** Selects the revisions of one key. */
  public static HistoryQuery key(String key) {
    Names.checkKey(key);
    return ALL.with(changed -> changed.key = key);
  }

  /** Selects revisions with this version. Versions start again after a delete. */
  public HistoryQuery version(long only) {
    return with(changed -> changed.version = only);
  }

  /** Selects the revision with this etag. */
  public HistoryQuery etag(String only) {
    Objects.requireNonNull(only, "etag");
    return with(changed -> changed.etag = only);
  }

  /** Selects revisions by this author. */
  public HistoryQuery author(String only) {
    Names.checkText("author", only);
    return with(changed -> changed.author = only);
  }

  /** Selects revisions made by this operation. */
  public HistoryQuery operation(KVOperation only) {
    Objects.requireNonNull(only, "operation");
    return with(changed -> changed.operation = only);
  }

  /** Selects revisions made at this instant or later. */
  public HistoryQuery since(Instant first) {
    Objects.requireNonNull(first, "since");
    return with(changed -> changed.since = first);
  }

  /** Selects revisions made at this instant or earlier. */
  public HistoryQuery until(Instant last) {
    Objects.requireNonNull(last, "until");
    return with(changed -> changed.until = last);
  }

  /**
   * Continues after a page.
   *
   * @param position the {@link KVPage#next()} of that page
   */
  public HistoryQuery after(String position) {
    Objects.requireNonNull(position, "position");
    return with(changed -> changed.after = position);
  }

  /** Like {@link KVQuery#limit(int)}. */
  public HistoryQuery limit(int items) {
    int checked = KVQuery.ALL.limit(items).limit();
    return with(changed -> changed.limit = checked);
  }

  /** Includes the values. */
  public HistoryQuery withValues() {
    return with(changed -> changed.values = true);
  }

  /** Returns the selected prefixes; a key matches if it begins with any of them. */
  public List<String> prefixes() {
    return criteria.prefixes;
  }

  /** Returns the selected key; empty if keys are selected by prefix. */
  public Optional<String> key() {
    return Optional.ofNullable(criteria.key);
  }

  public Optional<Long> version() {
    return Optional.ofNullable(criteria.version);
  }

  public Optional<String> etag() {
    return Optional.ofNullable(criteria.etag);
  }

  public Optional<String> author() {
    return Optional.ofNullable(criteria.author);
  }

  public Optional<KVOperation> operation() {
    return Optional.ofNullable(criteria.operation);
  }

  public Optional<Instant> since() {
    return Optional.ofNullable(criteria.since);
  }

  public Optional<Instant> until() {
    return Optional.ofNullable(criteria.until);
  }

  public Optional<String> after() {
    return Optional.ofNullable(criteria.after);
  }

  public int limit() {
    return criteria.limit;
  }

  /** Returns true after {@link #withValues()}. */
  public boolean hasValues() {
    return criteria.values;
  }
}
