package dev.kvstore.http;

import dev.kvstore.KVPage;
import dev.kvstore.KVQuery;
import dev.kvstore.http.auth.Principal;
import dev.kvstore.spi.EntryDatabase;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.StoreSummary;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** {@code /v1/stores}: which stores there are, and how many entries each has. */
record StoresHandler(EntryDatabase database, Answers answers) implements ResourceHandler {
  @Override
  public void handle(Exchange exchange) throws IOException {
    exchange.parameters();
    Format format = exchange.answerFormat();
    List<StoreSummary> stores = visible(exchange);
    exchange.allowRevalidation();
    answers.document(exchange, format, 200, out -> {
      out.startDocument();
      out.name("items");
      out.startArray();
      for (StoreSummary store : stores) {
        out.startDocument();
        out.name("name");
        out.text(store.name());
        out.name("entries");
        out.number(store.entries());
        out.endDocument();
      }
      out.endArray();
      out.endDocument();
    });
  }

  /** What a limited token may not see is not counted; a store with nothing else is not there. */
  private List<StoreSummary> visible(Exchange exchange) {
    Principal principal = exchange.principal();
    List<StoreSummary> visible = new ArrayList<>();
    for (StoreSummary store : database.stores()) {
      if (!principal.mayEnter(store.name())) {
        continue;
      }
      if (principal.seesAllKeys()) {
        visible.add(store);
        continue;
      }
      long entries = count(exchange.guard(database.store(store.name())), principal);
      if (entries > 0) {
        visible.add(new StoreSummary(store.name(), entries));
      }
    }
    return visible;
  }

  private static long count(EntryStore store, Principal principal) {
    long entries = 0;
    for (KeyRange range : principal.visible(KeyRange.ALL)) {
      KeyRange rest = range;
      while (rest != null) {
        KVPage<String> page = store.scanKeys(rest, KVQuery.MAX_LIMIT);
        entries += page.items().size();
        rest = page.next().map(rest::after).orElse(null);
      }
    }
    return entries;
  }
}
