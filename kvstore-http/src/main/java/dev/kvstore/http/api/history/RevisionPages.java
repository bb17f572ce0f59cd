package dev.kvstore.http.api.history;

import dev.kvstore.HistoryQuery;
import dev.kvstore.KVEntry;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVPage;
import dev.kvstore.KVRevision;
import dev.kvstore.RevisionSource;
import dev.kvstore.http.limits.PageRoom;
import dev.kvstore.http.route.RequestContext;
import dev.kvstore.http.wire.DocumentWriter;
import dev.kvstore.http.wire.EntrySummary;
import dev.kvstore.http.wire.ResponseWriter;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.RawValue;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Function;

/**
 * Reads and writes pages of revisions for a request. Never reads keys outside the limits of the
 * token.
 *
 * @param view what is written of the stored entries
 */
record RevisionPages(RequestContext context, HistoryQuery query, View view) {
  RevisionPages(RequestContext context, HistoryQuery query) {
    this(context, query, View.PLAIN);
  }

  enum View {
    PLAIN,
    /** Adds the creation time and the last write. */
    METADATA,
    /** Writes values as text with their types. */
    DETAIL
  }

  /** Returns a query for the revisions of keys with the prefix that the caller may see. */
  static HistoryQuery visible(RequestContext context, String prefix) {
    return HistoryQuery.ALL.prefixes(
        context.principal().visible(new KeyRange(prefix, null)).stream()
            .map(KeyRange::prefix)
            .toList());
  }

  /**
   * Reads a page, which is shorter if there is not enough memory.
   *
   * @param room the memory for the page, which the caller must give back
   */
  KVPage<KVRevision<RawValue>> read(
      Function<HistoryQuery, KVPage<KVRevision<RawValue>>> reader, PageRoom room) {
    KVPage<KVRevision<RawValue>> page = reader.apply(query.limit(room.takeForScan(query.limit())));
    long bytes = page.items().stream()
        .flatMap(revision -> revision.entry().stream())
        .mapToLong(entry -> ResponseWriter.present(entry).size())
        .sum();
    room.keep(page.items().size(), bytes);
    return page;
  }

  PageRoom room() {
    return query.hasValues() ? context.room().forEntries() : context.room().forMetadata();
  }

  /** Writes the page as a document. */
  void write(DocumentWriter out, KVPage<KVRevision<RawValue>> page) throws IOException {
    out.startDocument();
    out.name("items").startArray();
    for (KVRevision<RawValue> revision : page.items()) {
      write(out, revision);
    }
    out.endArray();
    if (page.next().isPresent()) {
      out.name("next").text(page.next().get());
    }
    out.endDocument();
  }

  /** Writes the revision as a document. */
  void write(DocumentWriter out, KVRevision<RawValue> revision) throws IOException {
    Optional<KVMetadata> entry = revision.metadata();
    out.startDocument();
    out.name("key").text(revision.key());
    out.name("operation").text(revision.operation().text());
    out.name("version");
    if (entry.isPresent()) {
      out.number(entry.get().version());
    } else {
      out.nothing();
    }
    out.name("etag").textOrNothing(entry.map(KVMetadata::etag));
    out.name("at").time(revision.at());
    out.name("by").textOrNothing(revision.author());
    out.name("comment").textOrNothing(revision.comment());
    out.name("expiresAt").timeOrNothing(entry.flatMap(KVMetadata::expiresAt));
    if (view == View.METADATA && entry.isPresent()) {
      out.name("createdAt").time(entry.get().createdAt());
      out.name("updatedAt").time(entry.get().updatedAt());
      out.name("updatedBy").textOrNothing(entry.get().updatedBy());
    }
    if (query.hasValues()) {
      writeValue(out, revision);
    }
    Optional<RevisionSource> source = visible(revision).from();
    if (source.isPresent()) {
      writeSource(out, source.get());
    }
    out.endDocument();
  }

  /** Writes the value. A value that is no longer known is omitted, because it is not null. */
  private void writeValue(DocumentWriter out, KVRevision<RawValue> revision) throws IOException {
    Optional<KVEntry<RawValue>> entry = revision.entry();
    if (view == View.DETAIL) {
      if (entry.isPresent()) {
        EntrySummary.writeText(out, ResponseWriter.present(entry.get()));
      }
    } else if (entry.isPresent()) {
      out.name("value").value(ResponseWriter.present(entry.get()));
    } else if (revision.metadata().isEmpty()) {
      out.name("value").nothing();
    }
  }

  /** Returns the revision without its source if the caller may not read that. */
  KVRevision<RawValue> visible(KVRevision<RawValue> revision) {
    RevisionSource source = revision.from().orElse(null);
    if (source == null
        || context
            .principal()
            .mayRead(source.store().orElse(context.store()), source.key().orElse(revision.key()))) {
      return revision;
    }
    return KVRevision.of(
        revision.key(),
        revision.operation(),
        revision.at(),
        revision.author().orElse(null),
        revision.comment().orElse(null),
        null,
        revision.metadata().orElse(null),
        revision.entry().orElse(null));
  }

  private static void writeSource(DocumentWriter out, RevisionSource source) throws IOException {
    out.name("from").startDocument();
    if (source.store().isPresent()) {
      out.name("store").text(source.store().get());
    }
    if (source.key().isPresent()) {
      out.name("key").text(source.key().get());
    }
    if (source.version().isPresent()) {
      out.name("version").number(source.version().get());
    }
    if (source.etag().isPresent()) {
      out.name("etag").text(source.etag().get());
    }
    out.endDocument();
  }
}
