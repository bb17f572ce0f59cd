package dev.kvstore.http.api.stores;

import dev.kvstore.http.auth.Principal;
import dev.kvstore.http.route.RequestContext;
import dev.kvstore.http.wire.DocumentWriter;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.KeyRange;
import java.io.IOException;

/**
 * The number of entries of a store that a caller may see.
 *
 * @param seen the number of counted entries, at most {@link #MOST} + 1
 */
record EntryCount(int seen) {
  /**
   * The limit of a count: counting further would be slow, and a list of stores needs no exact
   * figure.
   */
  static final int MOST = 10_000;

  static EntryCount of(EntryStore store, RequestContext context) {
    return count(store, context, MOST + 1);
  }

  /** Looks only for the first entry, so the result is valid only for {@link #isNone()}. */
  static EntryCount ofFirst(EntryStore store, RequestContext context) {
    return count(store, context, 1);
  }

  private static EntryCount count(EntryStore store, RequestContext context, int most) {
    Principal principal = context.principal();
    int seen = 0;
    for (KeyRange range : principal.visible(KeyRange.ALL)) {
      if (seen < most) {
        seen += store.count(range, most - seen, context.readOptions());
      }
    }
    return new EntryCount(seen);
  }

  boolean isNone() {
    return seen == 0;
  }

  /** Writes the member {@code entries} and, if there are more, {@code more}. */
  void writeTo(DocumentWriter out) throws IOException {
    out.name("entries").number(Math.min(seen, MOST));
    if (seen > MOST) {
      out.name("more").flag(true);
    }
  }
}
