package dev.kvstore.http;

import org.eclipse.jetty.compression.gzip.GzipCompression;
import org.eclipse.jetty.compression.server.CompressionConfig;
import org.eclipse.jetty.compression.server.CompressionHandler;
import org.eclipse.jetty.server.Handler;

/**
 * Compresses large answers for those who accept it. Such an answer is another representation, so
 * its etag has a suffix, which is taken off again where a condition repeats it.
 */
final class Gzip {
  /** Less is sent in one packet anyway. */
  private static final int MIN_BYTES = 1024;

  private Gzip() {}

  static Handler.Singleton handler() {
    GzipCompression gzip = new GzipCompression();
    gzip.setMinCompressSize(MIN_BYTES);
    CompressionConfig.Builder config = CompressionConfig.builder()
        .compressIncludeMethod("GET")
        // A body is not unpacked: nobody can tell how large it would become.
        .decompressExcludePath("/*");
    for (String type : new String[] {
      Format.JSON.mediaType(),
      Format.BSON.mediaType(),
      "text/html",
      "text/css",
      "text/javascript",
      "text/plain"
    }) {
      config.compressIncludeMimeType(type);
    }
    CompressionHandler handler = new CompressionHandler();
    handler.putCompression(gzip);
    handler.putConfiguration("/", config.build());
    return handler;
  }
}
