package dev.kvstore.http.api.pages;

import dev.kvstore.http.route.Page;
import dev.kvstore.http.route.RequestContext;
import dev.kvstore.http.route.ResourceHandler;
import dev.kvstore.http.wire.Conditions;
import dev.kvstore.http.wire.Format;
import dev.kvstore.http.wire.ResponseWriter;
import dev.kvstore.internal.support.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.zip.GZIPOutputStream;

/** {@code /}, {@code /openapi.json} and {@code /docs}: what people and their tools read first. */
public final class PageHandler implements ResourceHandler {
  private static final int MIN_COMPRESSED_BYTES = 1024;

  /** With what the server ends the etag of a compressed answer, and takes off that of a request. */
  private static final String GZIP_SUFFIX = "--gzip";

  private final Map<Page, Prepared> pages = new EnumMap<>(Page.class);

  /** A page in the forms in which it is sent; small ones are sent as they are. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Prepared(String etag, byte[] content, byte[] compressed) {
    boolean isCompressed(String acceptEncoding) {
      return compressed.length < content.length && Format.acceptsGzip(acceptEncoding);
    }
  }

  public PageHandler() {
    for (Page page : Page.values()) {
      pages.put(page, prepare(page));
    }
  }

  @Override
  public void handle(RequestContext context) throws IOException {
    context.parameters();
    Page page = Objects.requireNonNull(Page.at(context.request().getRequestURI()));
    Prepared prepared = Objects.requireNonNull(pages.get(page));
    boolean compressed =
        prepared.isCompressed(String.valueOf(context.request().getHeader("Accept-Encoding")));
    context.header("ETag", '"' + prepared.etag + (compressed ? GZIP_SUFFIX : "") + '"');
    context.header("Cache-Control", "no-cache");
    context.response().addHeader("Vary", "Accept-Encoding");
    if (Conditions.notModified(context.request(), prepared.etag)) {
      ResponseWriter.answerEmpty(context, 304);
      return;
    }
    PageHeaders.set(context.response());
    if (compressed) {
      context.header("Content-Encoding", "gzip");
    }
    ResponseWriter.answerShared(
        context,
        200,
        page.mediaType() + ";charset=utf-8",
        compressed ? prepared.compressed : prepared.content);
  }

  private static Prepared prepare(Page page) {
    try {
      byte[] content = page.read();
      byte[] compressed = content.length < MIN_COMPRESSED_BYTES ? content : compress(content);
      return new Prepared(etag(content), content, compressed);
    } catch (IOException e) {
      throw new UncheckedIOException("A page is missing: " + page.path(), e);
    }
  }

  private static byte[] compress(byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(content);
    }
    return bytes.toByteArray();
  }

  private static String etag(byte[] content) {
    return HexFormat.of().formatHex(Sha256.of(content), 0, 12);
  }
}
