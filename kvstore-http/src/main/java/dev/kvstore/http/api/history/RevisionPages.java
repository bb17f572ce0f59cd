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
import dev.kvstore.http.wire.ResponseWriter;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.RawValue;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Function;

/**
 * Reads and writes pages of revisions for a request. Never reads keys outside the limits of the
 * token.
 */
record RevisionPages(RequestContext context, HistoryQuery query) {
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
    Optional<KVMetadata> metadata = revision.metadata();
    out.startDocument();
    out.name("key").text(revision.key());
    out.name("operation").text(revision.operation().text());
    out.name("version");
    if (metadata.isPresent()) {
      out.number(metadata.get().version());
    } else {
      out.nothing();
    }
    out.name("etag").textOrNothing(metadata.map(KVMetadata::etag));
    out.name("at").time(revision.at());
    out.name("by").textOrNothing(revision.author());
    out.name("comment").textOrNothing(revision.comment());
    out.name("expiresAt").timeOrNothing(metadata.flatMap(KVMetadata::expiresAt));
    if (query.hasValues()) {
      writeValue(out, revision);
    }
    if (revision.from().isPresent()) {
      writeSource(out, revision.key(), revision.from().get());
    }
    out.endDocument();
  }

  /** Writes the value. A value that is no longer known is omitted, because it is not null. */
  private static void writeValue(DocumentWriter out, KVRevision<RawValue> revision)
      throws IOException {
    Optional<KVEntry<RawValue>> entry = revision.entry();
    if (entry.isPresent()) {
      out.name("value").value(ResponseWriter.present(entry.get()));
    } else if (revision.metadata().isEmpty()) {
      out.name("value").nothing();
    }
  }

  /** Writes the source, omitting keys and stores that the caller may not read. */
  private void writeSource(DocumentWriter out, String key, RevisionSource source)
      throws IOException {
    String store = source.store().orElse(context.store());
    if (!context.principal().mayRead(store, source.key().orElse(key))) {
      return;
    }
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
