package dev.kvstore.http.api.pages;

import dev.kvstore.http.route.RequestContext;
import dev.kvstore.http.route.ResourceHandler;
import dev.kvstore.http.wire.Conditions;
import dev.kvstore.http.wire.Format;
import dev.kvstore.http.wire.ResponseWriter;
import dev.kvstore.internal.support.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.zip.GZIPOutputStream;

/** Serves a static page, plain or compressed. */
public final class PageHandler implements ResourceHandler {
  private static final int MIN_COMPRESSED_BYTES = 1024;

  /**
   * The suffix that the server appends to the etag of a compressed response, and removes from that
   * of a request.
   */
  private static final String GZIP_SUFFIX = "--gzip";

  /**
   * The content security policy: nothing from other origins, scripts only from files, no framing.
   * Swagger UI needs style attributes.
   */
  private static final String POLICY = "default-src 'none'; script-src 'self'; connect-src 'self';"
      + " style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none';"
      + " form-action 'none'; frame-ancestors 'none'";

  private final Page page;
  private final String etag;
  private final byte[] content;

  /** The compressed content, or the plain content if it is small. */
  private final byte[] compressed;

  public PageHandler(Page page) {
    this.page = page;
    try {
      content = page.read();
      compressed = content.length < MIN_COMPRESSED_BYTES ? content : compress(content);
    } catch (IOException e) {
      throw new UncheckedIOException("A page is missing: " + page.path(), e);
    }
    etag = HexFormat.of().formatHex(Sha256.of(content), 0, 12);
  }

  @Override
  public boolean isInMemory() {
    return true;
  }

  @Override
  public void handle(RequestContext context) throws IOException {
    context.parameters();
    String encodings = String.valueOf(context.request().getHeader("Accept-Encoding"));
    boolean small = compressed.length < content.length && Format.acceptsGzip(encodings);
    context.header("ETag", '"' + etag + (small ? GZIP_SUFFIX : "") + '"');
    context.header("Cache-Control", "no-cache");
    context.response().addHeader("Vary", "Accept-Encoding");
    if (Conditions.notModified(context.request(), etag)) {
      ResponseWriter.answerEmpty(context, 304);
      return;
    }
    context.header("Content-Security-Policy", POLICY);
    context.header("X-Frame-Options", "DENY");
    context.header("Referrer-Policy", "no-referrer");
    context.header("Cross-Origin-Opener-Policy", "same-origin");
    context.header("Permissions-Policy", "camera=(), geolocation=(), microphone=()");
    if (small) {
      context.header("Content-Encoding", "gzip");
    }
    ResponseWriter.answerShared(
        context, 200, page.mediaType() + ";charset=utf-8", small ? compressed : content);
  }

  private static byte[] compress(byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(content);
    }
    return bytes.toByteArray();
  }
}
