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

/** Reads pages of revisions for a request, and writes them. Nothing outside the token is read. */
record RevisionPages(RequestContext context, HistoryQuery query) {
  /** Returns what the caller may see of the revisions of keys with the prefix. */
  static HistoryQuery visible(RequestContext context, String prefix) {
    return HistoryQuery.ALL.prefixes(
        context.principal().visible(new KeyRange(prefix, null)).stream()
            .map(KeyRange::prefix)
            .toList());
  }

  /**
   * Returns a page, which is shorter where there is no room for more.
   *
   * @param room for what the page has, to be given back by the caller
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

  /** A value that is not known any more is left out; it is no null. */
  private static void writeValue(DocumentWriter out, KVRevision<RawValue> revision)
      throws IOException {
    Optional<KVEntry<RawValue>> entry = revision.entry();
    if (entry.isPresent()) {
      out.name("value").value(ResponseWriter.present(entry.get()));
    } else if (revision.metadata().isEmpty()) {
      out.name("value").nothing();
    }
  }

  /** What the caller may not read is not named either. */
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
