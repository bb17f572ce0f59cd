package dev.kvstore.http.api.pages;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.http.Reply;
import dev.kvstore.http.TestService;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PageTest {
  private static final Pattern REFERENCE = Pattern.compile("(?:href|src)=\"([^\"]*)\"");

  private static TestService service;

  @BeforeAll
  static void start(@TempDir Path folder) {
    service = TestService.start(folder);
  }

  @AfterAll
  static void stop() {
    service.close();
  }

  @ParameterizedTest
  @EnumSource(Page.class)
  void page_isServedWithItsTypeAndEtag(Page page) {
    Reply reply = service.get(page.path(), "Accept: image/png");

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.header("Content-Type")).isEqualTo(page.mediaType() + ";charset=utf-8");
    assertThat(reply.header("Content-Security-Policy")).startsWith("default-src 'none';");
    assertThat(reply.header("X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(service.send("HEAD", page.path(), null).header("ETag"))
        .isEqualTo(reply.header("ETag"));
    assertThat(
            service.get(page.path(), "If-None-Match: " + reply.header("ETag")).status())
        .isEqualTo(304);
    assertThat(service.get(page.path(), "Accept-Encoding: gzip").header("Content-Encoding"))
        .isEqualTo(reply.bytes().length >= 1024 ? "gzip" : null);
    assertThat(service.get(page.path() + "?x=1").code()).isEqualTo("invalid-parameter");
    assertThat(service.send("POST", page.path(), null).status()).isEqualTo(405);
  }

  @ParameterizedTest
  @EnumSource(
      value = Page.class,
      names = {"INDEX", "DOCS"})
  void everythingThatAPageRefersTo_isThere(Page page) {
    Matcher references = REFERENCE.matcher(service.get(page.path()).text());
    int found = 0;
    while (references.find()) {
      String reference = references.group(1);
      if (!reference.equals("data:,")) {
        assertThat(service.get("/" + reference).status()).as(reference).isEqualTo(200);
        found++;
      }
    }
    assertThat(found).isGreaterThan(3);
  }

  @Test
  void nothingElse_isServed() {
    for (String path : new String[] {
      "/index.html", "/docs/", "/docs/index.html", "/docs/../docs", "/favicon.ico", "/logback.xml"
    }) {
      assertThat(service.get(path).status()).as(path).isIn(400, 404);
    }
  }
}
