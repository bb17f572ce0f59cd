package dev.kvstore.http.api.history;

import dev.kvstore.HistoryQuery;
import dev.kvstore.KVPage;
import dev.kvstore.KVRevision;
import dev.kvstore.http.api.HistoryRequests;
import dev.kvstore.http.route.RequestContext;
import dev.kvstore.http.wire.Walk;
import dev.kvstore.spi.RawValue;

/** All revisions that the caller may see, the oldest first, read page by page. Not thread-safe. */
public final class RevisionWalk extends Walk<KVRevision<RawValue>> {
  private static final int PAGE = 500;

  private HistoryQuery query;

  public RevisionWalk(RequestContext context, String prefix) {
    super(context);
    this.query = RevisionPages.visible(context, prefix).limit(PAGE).withValues();
  }

  @Override
  protected boolean readSome() {
    RevisionPages pages = new RevisionPages(context, query);
    KVPage<KVRevision<RawValue>> page =
        pages.read(HistoryRequests.history(context).history()::changes, room);
    page.items().stream().map(pages::visible).forEach(read::add);
    query = query.after(page.next().orElseThrow());
    return !page.items().isEmpty();
  }
}
