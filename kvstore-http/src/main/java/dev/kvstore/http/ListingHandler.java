package dev.kvstore.http;

import dev.kvstore.KVEntry;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVPage;
import dev.kvstore.KVQuery;
import dev.kvstore.internal.support.Percent;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.RawValue;
import java.io.IOException;
import java.util.Set;

/** {@code /v1/stores/{store}/keys}: a page of entries, or just the entries that are named. */
record ListingHandler(Answers answers) implements ResourceHandler {
  @Override
  public void handle(Exchange exchange) throws IOException {
    Parameters parameters =
        exchange.parameters("prefix", "after", "limit", "values", "view", "key");
    parameters.excludes("key", "prefix", "after", "limit", "view");
    boolean values = parameters.flag("values");
    boolean bare = parameters.choice("view", "entries", "keys").equals("keys");
    if (bare) {
      parameters.excludes("view", "values");
    }
    Set<String> keys = parameters.keys();
    Gate.checkKeys(exchange, keys);
    KVQuery query = parameters.query();
    Format format = exchange.answerFormat();
    EntryStore store = exchange.entries();
    exchange.allowRevalidation();
    if (parameters.has("key")) {
      named(exchange, format, keys, values);
      return;
    }
    VisiblePage page = new VisiblePage(
        store,
        exchange.principal().visible(KeyRange.of(query)),
        query.limit(),
        exchange.readOptions());
    PageRoom room = values ? exchange.room().forEntries() : exchange.room().forMetadata();
    if (bare) {
      page(exchange, parameters, format, page.keys(room), DocumentWriter::text);
    } else if (values) {
      page(exchange, parameters, format, page.entries(room), ListingHandler::writeEntry);
    } else {
      page(exchange, parameters, format, page.metadata(room), ListingHandler::writeEntry);
    }
    room.clear();
  }

  private void named(Exchange exchange, Format format, Set<String> keys, boolean values)
      throws IOException {
    EntryDocument document = new EntryDocument(
        out -> {
          out.startDocument();
          out.name("items");
          out.startArray();
        },
        new ManyKeys(exchange, keys),
        (out, entry) -> {
          if (values) {
            writeEntry(out, entry);
          } else {
            writeEntry(out, entry.metadata());
          }
        },
        out -> {
          out.endArray();
          out.endDocument();
        });
    answers.stream(exchange, format, document);
  }

  private <T> void page(
      Exchange exchange, Parameters parameters, Format format, KVPage<T> page, ItemWriter<T> items)
      throws IOException {
    String next = page.next().orElse(null);
    if (next != null) {
      exchange.header("Link", linkAfter(exchange.store(), parameters, next));
    }
    answers.document(exchange, format, 200, out -> {
      out.startDocument();
      out.name("items");
      out.startArray();
      for (T item : page.items()) {
        items.write(out, item);
      }
      out.endArray();
      if (next != null) {
        out.name("next");
        out.text(next);
      }
      out.endDocument();
    });
  }

  private static void writeEntry(DocumentWriter out, KVEntry<RawValue> entry) throws IOException {
    Answers.writeEntry(out, entry.metadata(), Answers.present(entry));
  }

  private static void writeEntry(DocumentWriter out, KVMetadata metadata) throws IOException {
    Answers.writeEntry(out, metadata, null);
  }

  /** The request's own parameters again, with another {@code after}. */
  private static String linkAfter(String store, Parameters parameters, String key) {
    StringBuilder link = new StringBuilder("</v1/stores/").append(store).append("/keys?");
    for (String name : new String[] {"prefix", "limit", "values", "view"}) {
      String value = parameters.text(name);
      if (value != null) {
        link.append(name).append('=').append(Percent.encode(name, value)).append('&');
      }
    }
    return link.append("after=")
        .append(Percent.encode("after", key))
        .append(">; rel=\"next\"")
        .toString();
  }

  private interface ItemWriter<T> {
    void write(DocumentWriter out, T item) throws IOException;
  }
}
