package dev.kvstore.http;

import dev.kvstore.spi.EntryDatabase;
import dev.kvstore.spi.StoreSummary;
import java.io.IOException;
import java.util.List;

/** {@code /v1/stores}: which stores there are, and how many entries each has. */
record StoresHandler(EntryDatabase database, Answers answers) implements ResourceHandler {
  @Override
  public void handle(Exchange exchange) throws IOException {
    exchange.parameters();
    Format format = exchange.answerFormat();
    List<StoreSummary> stores = database.stores();
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
}
