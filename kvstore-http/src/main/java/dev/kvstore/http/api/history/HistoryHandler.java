package dev.kvstore.http.api.history;

import dev.kvstore.HistoryQuery;
import dev.kvstore.KVOperation;
import dev.kvstore.KVPage;
import dev.kvstore.KVRevision;
import dev.kvstore.http.api.HistoryRequests;
import dev.kvstore.http.api.history.RevisionPages.View;
import dev.kvstore.http.limits.PageRoom;
import dev.kvstore.http.route.Parameters;
import dev.kvstore.http.route.RequestContext;
import dev.kvstore.http.route.ResourceHandler;
import dev.kvstore.http.wire.Format;
import dev.kvstore.http.wire.ResponseWriter;
import dev.kvstore.spi.RawValue;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.stream.Collectors;

/** {@code /v1/stores/{store}/history}: the revisions of all keys. */
public record HistoryHandler(ResponseWriter responses) implements ResourceHandler {
  @Override
  public void handle(RequestContext context) throws IOException {
    Parameters parameters = context.parameters(
        "prefix", "by", "operation", "since", "until", "limit", "after", "values", "view");
    HistoryQuery query = selected(RevisionPages.visible(context, parameters.prefix()), parameters);
    String path = "/v1/stores/" + context.store() + "/history";
    page(context, responses, parameters, query, path);
  }

  private static KVOperation operation(String text) {
    return Arrays.stream(KVOperation.values())
        .filter(operation -> operation.text().equals(text))
        .findFirst()
        .orElseThrow(() -> Parameters.invalid("The parameter 'operation' must be one of: "
            + Arrays.stream(KVOperation.values())
                .map(KVOperation::text)
                .collect(Collectors.joining(", "))));
  }

  /** Returns the query with the parameters for selection and paging. */
  static HistoryQuery selected(HistoryQuery query, Parameters parameters) {
    HistoryQuery selected = query.limit(parameters.limit());
    String by = parameters.text("by");
    String operation = parameters.text("operation");
    Instant since = parameters.instant("since");
    Instant until = parameters.instant("until");
    String after = parameters.text("after");
    selected = by == null ? selected : selected.author(by);
    selected = operation == null ? selected : selected.operation(operation(operation));
    selected = since == null ? selected : selected.since(since);
    selected = until == null ? selected : selected.until(until);
    boolean values = parameters.flag("values") || view(parameters) == View.DETAIL;
    selected = values ? selected.withValues() : selected;
    return after == null ? selected : selected.after(after);
  }

  static View view(Parameters parameters) {
    if (parameters.choice("view", "revision", "detail").equals("revision")) {
      return View.PLAIN;
    }
    parameters.excludes("view", "values");
    return View.DETAIL;
  }

  /** Sends a page of revisions, newest first. */
  static void page(
      RequestContext context,
      ResponseWriter responses,
      Parameters parameters,
      HistoryQuery query,
      String path)
      throws IOException {
    Format format = Format.ofAnswer(context.request());
    RevisionPages pages = new RevisionPages(context, query, view(parameters));
    PageRoom room = pages.room();
    KVPage<KVRevision<RawValue>> page =
        pages.read(HistoryRequests.history(context).history()::revisions, room);
    page.next().ifPresent(next -> context.header("Link", parameters.nextLink(path, next)));
    context.allowRevalidation();
    responses.document(context, format, 200, out -> pages.write(out, page));
    room.clear();
  }
}
