package dev.kvstore.http.wire;

import java.nio.ByteBuffer;
import java.util.Set;
import org.eclipse.jetty.compression.gzip.GzipCompression;
import org.eclipse.jetty.compression.server.CompressionConfig;
import org.eclipse.jetty.compression.server.CompressionHandler;
import org.eclipse.jetty.compression.server.internal.CompressionResponse;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.MimeTypes;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;

/**
 * Compresses large responses for clients that accept it. Such a response is another representation,
 * so its etag gets a suffix, which is removed again from conditions.
 */
public final class Gzip {
  /** The minimum size; less fits into one packet anyway. */
  private static final int MIN_BYTES = 1024;

  private static final Set<String> TYPES = Set.of(
      Format.JSON.mediaType(),
      Format.BSON.mediaType(),
      "application/yaml",
      "application/x-ndjson",
      "text/x-java-properties",
      "text/html",
      "text/css",
      "text/javascript",
      "text/plain");

  private Gzip() {}

  public static Handler.Singleton handler() {
    GzipCompression gzip = new GzipCompression();
    gzip.setMinCompressSize(MIN_BYTES);
    CompressionConfig.Builder config = CompressionConfig.builder()
        .compressIncludeMethod("GET")
        .compressIncludeMethod("HEAD")
        // Request bodies are not decompressed, because their size would be unpredictable.
        .decompressExcludePath("/*");
    TYPES.forEach(config::compressIncludeMimeType);
    CompressionHandler handler = new CompressionHandler();
    handler.setHandler(new HeadHandler(gzip));
    handler.putCompression(gzip);
    handler.putConfiguration("/", config.build());
    return handler;
  }

  /** Gives the response to {@code HEAD} the headers of the compressed response to {@code GET}. */
  private static final class HeadHandler extends Handler.Wrapper {
    private final GzipCompression gzip;

    private HeadHandler(GzipCompression gzip) {
      this.gzip = gzip;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
      boolean accepted = response instanceof CompressionResponse;
      return super.handle(
          request,
          accepted && HttpMethod.HEAD.is(request.getMethod())
              ? new HeadResponse(request, (CompressionResponse) response)
              : response,
          callback);
    }

    private final class HeadResponse extends Response.Wrapper {
      private final Response plain;

      private HeadResponse(Request request, CompressionResponse compressing) {
        super(request, compressing);
        this.plain = compressing.getWrapped();
      }

      @Override
      public void write(boolean last, ByteBuffer content, Callback callback) {
        if (isCommitted() || !isCompressed()) {
          plain.write(last, content, callback);
          return;
        }
        HttpFields.Mutable headers = getHeaders();
        headers.put(gzip.getContentEncodingField());
        headers.remove(HttpHeader.CONTENT_LENGTH);
        String etag = headers.get(HttpHeader.ETAG);
        if (etag != null) {
          headers.put(HttpHeader.ETAG, gzip.etag(etag));
        }
        // For an empty last part Jetty would set a length of 0.
        plain.write(
            false,
            content,
            Callback.from(
                callback.getInvocationType(),
                () -> plain.write(last, BufferUtil.EMPTY_BUFFER, callback),
                callback::failed));
      }

      /**
       * Returns true if the response to {@code GET} would be compressed; one of unknown length
       * always is.
       */
      private boolean isCompressed() {
        HttpFields headers = getHeaders();
        long length = headers.getLongField(HttpHeader.CONTENT_LENGTH);
        String type = MimeTypes.getContentTypeWithoutCharset(
            String.valueOf(headers.get(HttpHeader.CONTENT_TYPE)));
        return (getStatus() == 0 || HttpStatus.isSuccess(getStatus()))
            && (length < 0 || length >= MIN_BYTES)
            && !headers.contains(HttpHeader.CONTENT_ENCODING)
            && TYPES.contains(type);
      }
    }
  }
}
