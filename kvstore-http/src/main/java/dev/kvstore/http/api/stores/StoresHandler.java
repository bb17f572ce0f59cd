package dev.kvstore.http.api.stores;

import dev.kvstore.http.auth.Principal;
import dev.kvstore.http.route.RequestContext;
import dev.kvstore.http.route.ResourceHandler;
import dev.kvstore.http.wire.Format;
import dev.kvstore.http.wire.ResponseWriter;
import dev.kvstore.spi.EntryDatabase;
import dev.kvstore.spi.EntryStore;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code /v1/stores}: lists the stores and their numbers of entries. */
public record StoresHandler(EntryDatabase database, ResponseWriter responses)
    implements ResourceHandler {
  @Override
  public void handle(RequestContext context) throws IOException {
    boolean counts =
        context.parameters("counts").choice("counts", "true", "false").equals("true");
    Format format = Format.ofAnswer(context.request());
    Map<String, EntryCount> stores = visible(context, counts);
    context.allowRevalidation();
    responses.document(context, format, 200, out -> {
      out.startDocument();
      out.name("items").startArray();
      for (Map.Entry<String, EntryCount> store : stores.entrySet()) {
        out.startDocument();
        out.name("name").text(store.getKey());
        if (counts) {
          store.getValue().writeTo(out);
        }
        out.endDocument();
      }
      out.endArray();
      out.endDocument();
    });
  }

  /**
   * Returns the visible stores. Entries that a limited token may not see are not counted; a store
   * without visible entries is omitted.
   */
  private Map<String, EntryCount> visible(RequestContext context, boolean counts) {
    Principal principal = context.principal();
    Map<String, EntryCount> visible = new LinkedHashMap<>();
    List<String> names = database.storeNames();
    context.recheck();
    for (String name : names) {
      if (!principal.mayEnter(name)) {
        continue;
      }
      if (principal.seesAllKeys() && !counts) {
        visible.put(name, new EntryCount(0));
        continue;
      }
      EntryStore store = context.guard(database.store(name));
      EntryCount count =
          counts ? EntryCount.of(store, context) : EntryCount.ofFirst(store, context);
      if (principal.seesAllKeys() || !count.isNone()) {
        visible.put(name, count);
      }
    }
    return visible;
  }
}
