package dev.kvstore.http.api.history;

import dev.kvstore.ErrorCode;
import dev.kvstore.HistoryQuery;
import dev.kvstore.KVException;
import dev.kvstore.KVPage;
import dev.kvstore.KVRevision;
import dev.kvstore.http.api.HistoryRequests;
import dev.kvstore.http.limits.PageRoom;
import dev.kvstore.http.route.Parameters;
import dev.kvstore.http.route.RequestContext;
import dev.kvstore.http.route.ResourceHandler;
import dev.kvstore.http.wire.Format;
import dev.kvstore.http.wire.ResponseWriter;
import dev.kvstore.internal.support.Percent;
import dev.kvstore.spi.RawValue;
import java.io.IOException;

/** {@code /v1/stores/{store}/history/{key}}: the revisions of a key, or one of them. */
public record KeyHistoryHandler(ResponseWriter responses) implements ResourceHandler {
  @Override
  public void handle(RequestContext context) throws IOException {
    Parameters parameters = context.parameters(
        "by", "operation", "since", "until", "limit", "after", "values", "view", "version", "etag");
    parameters.excludes("version", "etag", "by", "operation", "since", "until", "after");
    parameters.excludes("etag", "by", "operation", "since", "until", "after");
    HistoryQuery query = HistoryHandler.selected(HistoryQuery.key(context.key()), parameters);
    if (parameters.has("version")) {
      one(context, parameters, query.version(version(parameters)));
    } else if (parameters.has("etag")) {
      one(context, parameters, query.etag(String.valueOf(parameters.text("etag"))));
    } else {
      String path =
          "/v1/stores/" + context.store() + "/history/" + Percent.encodePath("key", context.key());
      HistoryHandler.page(context, responses, parameters, query, path);
    }
  }

  private void one(RequestContext context, Parameters parameters, HistoryQuery query)
      throws IOException {
    Format format = Format.ofAnswer(context.request());
    RevisionPages pages =
        new RevisionPages(context, query.limit(1), HistoryHandler.view(parameters));
    PageRoom room = pages.room();
    KVPage<KVRevision<RawValue>> found =
        pages.read(HistoryRequests.history(context).history()::revisions, room);
    KVRevision<RawValue> revision = found.items().stream()
        .findFirst()
        .orElseThrow(() -> new KVException(
            ErrorCode.VERSION_NOT_FOUND,
            "The history has no such revision of key '" + context.key() + "'"));
    context.allowRevalidation();
    responses.document(context, format, 200, out -> pages.write(out, revision));
    room.clear();
  }

  private static long version(Parameters parameters) {
    try {
      return Long.parseLong(String.valueOf(parameters.text("version")));
    } catch (NumberFormatException e) {
      throw Parameters.invalid("The parameter 'version' must be a whole number");
    }
  }
}
