package dev.kvstore.http.api.values;

import dev.kvstore.KVDifferences;
import dev.kvstore.KVEntry;
import dev.kvstore.KVQuery;
import dev.kvstore.Names;
import dev.kvstore.http.api.MeteredStore;
import dev.kvstore.http.auth.AccessControl;
import dev.kvstore.http.auth.Principal;
import dev.kvstore.http.error.ErrorKind;
import dev.kvstore.http.error.ProblemException;
import dev.kvstore.http.route.Parameters;
import dev.kvstore.http.route.RequestContext;
import dev.kvstore.http.route.ResourceHandler;
import dev.kvstore.http.wire.DocumentWriter;
import dev.kvstore.http.wire.EntrySummary;
import dev.kvstore.http.wire.Format;
import dev.kvstore.http.wire.ResponseWriter;
import dev.kvstore.internal.typed.Differences;
import dev.kvstore.spi.EntryDatabase;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.RawValue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code /v1/stores/{store}/differences}: a page of what differs from another store. */
public record DifferencesHandler(EntryDatabase database, ResponseWriter responses)
    implements ResourceHandler {
  @Override
  public void handle(RequestContext context) throws IOException {
    Parameters parameters = context.parameters("with", "prefix", "withPrefix", "limit", "after");
    String with = parameters.text("with");
    if (with == null) {
      throw Parameters.invalid("The parameter 'with' is needed: the store to compare with");
    }
    AccessControl.checkStore(context.principal(), Names.checkStore(with));
    KVQuery query = parameters.query();
    String other = parameters.text("withPrefix");
    String withPrefix = other == null ? query.prefix() : KVQuery.prefix(other).prefix();
    Format format = Format.ofAnswer(context.request());
    Differences differences = new Differences(
        new MeteredStore(context.entries(), context),
        new MeteredStore(context.guard(database.store(with)), context),
        query.prefix(),
        withPrefix,
        context.readOptions().bypassingCache(),
        bytes -> MeteredStore.hold(context, bytes));
    List<KeyRange> ranges = visibleInBoth(context.principal(), KeyRange.of(query), withPrefix);
    KVDifferences<RawValue> page = differences.page(ranges, query.limit());
    context.allowRevalidation();
    if (page.next().isPresent()) {
      String path = "/v1/stores/" + context.store() + "/differences";
      context.header("Link", parameters.nextLink(path, page.next().get()));
    }
    responses.document(context, format, 200, out -> write(out, page));
  }

  /**
   * Returns what may be seen of the range and also of what it is compared with: what may be seen in
   * one store alone would seem to be absent from the other.
   */
  private static List<KeyRange> visibleInBoth(
      Principal principal, KeyRange range, String withPrefix) {
    List<KeyRange> ofOther = principal.visible(new KeyRange(withPrefix, null));
    if (ofOther.isEmpty()) {
      throw new ProblemException(
          ErrorKind.FORBIDDEN,
          "The token is not good for any key of the other store that begins with this prefix");
    }
    List<KeyRange> both = new ArrayList<>();
    for (KeyRange one : principal.visible(range)) {
      for (KeyRange other : ofOther) {
        String mapped = range.prefix() + other.prefix().substring(withPrefix.length());
        if (one.prefix().startsWith(mapped)) {
          both.add(one);
        } else if (mapped.startsWith(one.prefix())) {
          both.add(new KeyRange(mapped, one.after()));
        }
      }
    }
    return both;
  }

  private static void write(DocumentWriter out, KVDifferences<RawValue> page) throws IOException {
    out.startDocument();
    out.name("items").startArray();
    for (KVDifferences.Item<RawValue> item : page.items()) {
      out.startDocument();
      out.name("key").text(item.key());
      side(out.name("left"), item.left());
      side(out.name("right"), item.right());
      out.endDocument();
    }
    out.endArray();
    out.name("same").number(page.same());
    if (page.next().isPresent()) {
      out.name("next").text(page.next().get());
    }
    out.endDocument();
  }

  private static void side(DocumentWriter out, Optional<KVEntry<RawValue>> entry)
      throws IOException {
    if (entry.isPresent()) {
      EntrySummary.write(out, entry.get());
    } else {
      out.nothing();
    }
  }
}
