package dev.kvstore.http.wire;

import dev.kvstore.KVEntry;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVType;
import dev.kvstore.http.route.RequestContext;
import dev.kvstore.spi.CachedEntry;
import dev.kvstore.spi.RawValue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.ee10.servlet.ServletContextResponse;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;

/**
 * The response to a plain {@code GET} of an entry as JSON. It is encoded for the first request and
 * kept with the entry in the near-cache for later ones. Immutable.
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record EncodedEntry(String etag, List<HttpField> headers, byte[] body) {
  private static final KVType<EncodedEntry> TYPE = KVType.of(EncodedEntry.class);

  /** The overhead of this object, its list and its headers. */
  private static final int OVERHEAD_BYTES = 500;

  private static final HttpField CONTENT_TYPE =
      new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, Format.JSON.mediaType());

  /**
   * Returns the response kept with the entry, or encodes it within the memory account of the
   * request.
   */
  static EncodedEntry of(
      CachedEntry held, KVEntry<RawValue> entry, ResponseWriter responses, RequestContext context)
      throws IOException {
    if (held.valueAs(TYPE) instanceof EncodedEntry kept) {
      return kept;
    }
    ChunkedBuffer json = responses.toJson(context, out -> out.value(ResponseWriter.present(entry)));
    context.room().take(json.getSize());
    EncodedEntry encoded = of(entry.metadata(), json.toByteArray());
    context.room().giveBack(json.getSize());
    held.keep(TYPE, encoded, OVERHEAD_BYTES + encoded.body.length);
    return encoded;
  }

  private static EncodedEntry of(KVMetadata metadata, byte[] body) {
    List<HttpField> headers = new ArrayList<>();
    ResponseWriter.metadataHeaders(
        metadata, (name, value) -> headers.add(new HttpField(name, value)));
    return new EncodedEntry(metadata.etag(), List.copyOf(headers), body);
  }

  /** Sends the value, or 304 if the reader already has it. */
  void answer(RequestContext context) throws IOException {
    ServletContextResponse response =
        ServletContextResponse.getServletContextResponse(context.response());
    HttpFields.Mutable fields = response.getHeaders();
    headers.forEach(fields::add);
    context.allowRevalidation();
    context.tellPosition();
    if (Conditions.notModified(context.request(), etag)) {
      ResponseWriter.answerEmpty(context, 304);
      return;
    }
    fields.put(CONTENT_TYPE);
    ResponseWriter.send(context, body);
  }
}
