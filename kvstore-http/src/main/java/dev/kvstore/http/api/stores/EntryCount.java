package dev.kvstore.http.api.stores;

import dev.kvstore.http.auth.Principal;
import dev.kvstore.http.route.RequestContext;
import dev.kvstore.http.wire.DocumentWriter;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.KeyRange;
import java.io.IOException;

/**
 * How many entries of a store a caller may see.
 *
 * @param seen how many were counted, at most {@link #MOST} + 1
 */
record EntryCount(int seen) {
  /** Counting more would take long, and a list of stores needs no larger figure. */
  static final int MOST = 10_000;

  static EntryCount of(EntryStore store, RequestContext context) {
    return count(store, context, MOST + 1);
  }

  /** Looks for the first entry only, so what is returned is good for {@link #isNone()} alone. */
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

  /** Writes the members {@code entries} and, where there are more than that, {@code more}. */
  void writeTo(DocumentWriter out) throws IOException {
    out.name("entries").number(Math.min(seen, MOST));
    if (seen > MOST) {
      out.name("more").flag(true);
    }
  }
}
