package dev.kvstore.http.api.pages;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;

/** A static document and its path. */
public enum Page {
  INDEX("/", "text/html", "/dev/kvstore/http/pages/index.html"),
  DESCRIPTION("/openapi.json", "application/json", "/dev/kvstore/http/pages/openapi.json"),
  DOCS("/docs", "text/html", "/dev/kvstore/http/pages/docs.html"),
  DOCS_SCRIPT("/docs/docs.js", "text/javascript", "/dev/kvstore/http/pages/docs.js"),
  SWAGGER_SCRIPT(
      "/docs/swagger-ui-bundle.js",
      "text/javascript",
      "/dev/kvstore/http/swagger/swagger-ui-bundle.js"),
  SWAGGER_STYLE("/docs/swagger-ui.css", "text/css", "/dev/kvstore/http/swagger/swagger-ui.css");

  private final String path;
  private final String mediaType;
  private final String file;

  Page(String path, String mediaType, String file) {
    this.path = path;
    this.mediaType = mediaType;
    this.file = file;
  }

  public String path() {
    return path;
  }

  String mediaType() {
    return mediaType;
  }

  byte[] read() throws IOException {
    try (InputStream in = Page.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new FileNotFoundException(file);
      }
      return in.readAllBytes();
    }
  }
}
