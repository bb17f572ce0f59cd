package dev.kvstore.http.api.values;

import dev.kvstore.KVEntry;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVPage;
import dev.kvstore.KVQuery;
import dev.kvstore.http.api.HistoryRequests;
import dev.kvstore.http.auth.AccessControl;
import dev.kvstore.http.limits.PageRoom;
import dev.kvstore.http.route.Parameters;
import dev.kvstore.http.route.RequestContext;
import dev.kvstore.http.route.ResourceHandler;
import dev.kvstore.http.wire.DocumentWriter;
import dev.kvstore.http.wire.EntryDocument;
import dev.kvstore.http.wire.EntrySummary;
import dev.kvstore.http.wire.Format;
import dev.kvstore.http.wire.ResponseWriter;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.RawValue;
import java.io.IOException;
import java.util.Set;

/** {@code /v1/stores/{store}/keys}: a page of entries, or the entries of given keys. */
public record ListingHandler(ResponseWriter responses) implements ResourceHandler {
  private static final ItemWriter<KVEntry<RawValue>> WITH_VALUE = (out, entry) ->
      ResponseWriter.writeEntry(out, entry.metadata(), ResponseWriter.present(entry));

  private static final ItemWriter<KVEntry<RawValue>> WITHOUT_VALUE =
      (out, entry) -> writeEntry(out, entry.metadata());

  @Override
  public void handle(RequestContext context) throws IOException {
    Parameters parameters =
        context.parameters("prefix", "after", "limit", "values", "view", "key", "at");
    parameters.excludes("key", "prefix", "after", "limit");
    boolean values = parameters.flag("values");
    String view = parameters.choice("view", "entries", "keys", "summary");
    if (!view.equals("entries")) {
      parameters.excludes("view", "values");
    }
    boolean bare = view.equals("keys");
    if (bare) {
      parameters.excludes("view", "key");
    }
    boolean summary = view.equals("summary");
    Set<String> keys = parameters.keys();
    AccessControl.checkKeys(context.principal(), context.store(), keys);
    KVQuery query = parameters.query();
    Format format = Format.ofAnswer(context.request());
    EntryStore store = context.entries();
    HistoryRequests.demandAt(context, parameters);
    context.allowRevalidation();
    if (parameters.has("key")) {
      named(
          context,
          format,
          keys,
          summary ? EntrySummary::write : values ? WITH_VALUE : WITHOUT_VALUE);
      return;
    }
    VisiblePage page = new VisiblePage(
        store,
        context.principal().visible(KeyRange.of(query)),
        query.limit(),
        context.readOptions());
    PageRoom room =
        values || summary ? context.room().forEntries() : context.room().forMetadata();
    if (bare) {
      page(context, parameters, format, page.keys(room), DocumentWriter::text);
    } else if (summary || values) {
      ItemWriter<KVEntry<RawValue>> items = summary ? EntrySummary::write : WITH_VALUE;
      page(context, parameters, format, page.entries(room), items);
    } else {
      page(context, parameters, format, page.metadata(room), ListingHandler::writeEntry);
    }
    room.clear();
  }

  private void named(
      RequestContext context, Format format, Set<String> keys, ItemWriter<KVEntry<RawValue>> items)
      throws IOException {
    EntryDocument document = new EntryDocument(
        out -> {
          out.startDocument();
          out.name("items").startArray();
        },
        new ManyKeys(context, keys),
        items::write,
        out -> {
          out.endArray();
          out.endDocument();
        });
    responses.stream(context, format, document);
  }

  private <T> void page(
      RequestContext context,
      Parameters parameters,
      Format format,
      KVPage<T> page,
      ItemWriter<T> items)
      throws IOException {
    String next = page.next().orElse(null);
    if (next != null) {
      context.header("Link", parameters.nextLink("/v1/stores/" + context.store() + "/keys", next));
    }
    responses.document(context, format, 200, out -> {
      out.startDocument();
      out.name("items").startArray();
      for (T item : page.items()) {
        items.write(out, item);
      }
      out.endArray();
      if (next != null) {
        out.name("next").text(next);
      }
      out.endDocument();
    });
  }

  private static void writeEntry(DocumentWriter out, KVMetadata metadata) throws IOException {
    ResponseWriter.writeEntry(out, metadata, null);
  }

  private interface ItemWriter<T> {
    void write(DocumentWriter out, T item) throws IOException;
  }
}
