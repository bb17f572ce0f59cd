package dev.kvstore.http.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.UnavailableException;
import dev.kvstore.http.HookedDatabase;
import dev.kvstore.http.Reply;
import dev.kvstore.http.TestService;
import dev.kvstore.http.server.ServerSettings;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GzipTest {
  private static final String LARGE = "/v1/stores/app/keys/large";
  private static final String SMALL = "/v1/stores/app/keys/small";
  private static final String VALUES = "/v1/stores/app/values";
  private static final String GZIP = "Accept-Encoding: gzip";
  private static final String TEXT = '"' + "text ".repeat(1000) + '"';

  @TempDir
  private Path folder;

  private HookedDatabase database;
  private TestService service;

  @BeforeEach
  void start() {
    database = new HookedDatabase(SqliteEntryDatabase.open(folder.resolve("test.db")));
    service = TestService.start(database, ServerSettings.DEFAULT);
    service.put(LARGE, TEXT);
    service.put(SMALL, "1");
  }

  @AfterEach
  void stop() {
    service.close();
  }

  private static String unpacked(Reply reply) {
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(reply.bytes()))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new AssertionError(reply.toString(), e);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "br, gzip;q=0.5", "*"})
  void largeAnswer_isCompressedWhereAccepted(String accepted) {
    Reply reply = service.get(LARGE, "Accept-Encoding: " + accepted);

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.header("Content-Encoding")).isEqualTo("gzip");
    assertThat(reply.header("Vary")).contains("Accept-Encoding").contains("Accept");
    assertThat(reply.bytes()).hasSizeLessThan(500);
    assertThat(unpacked(reply)).isEqualTo(TEXT + "\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"identity", "gzip;q=0", "br", ""})
  void largeAnswer_isPlainWhereNot(String accepted) {
    Reply reply = service.get(LARGE, "Accept-Encoding: " + accepted);

    assertThat(reply.header("Content-Encoding")).isNull();
    assertThat(reply.header("Vary")).contains("Accept-Encoding");
    assertThat(reply.text()).isEqualTo(TEXT);
  }

  @Test
  void smallAnswer_isPlain() {
    Reply reply = service.get(SMALL, GZIP);

    assertThat(reply.header("Content-Encoding")).isNull();
    assertThat(reply.header("Vary")).contains("Accept-Encoding");
    assertThat(reply.text()).isEqualTo("1");
  }

  @Test
  void stream_isCompressed() {
    Reply reply = service.get(VALUES, GZIP);

    assertThat(reply.header("Content-Encoding")).isEqualTo("gzip");
    assertThat(unpacked(reply)).isEqualTo("{\"large\":" + TEXT + ",\"small\":1}\n");
  }

  @Test
  void compressedStreamThatBreaks_isSeenToBeIncomplete() {
    String values = IntStream.range(0, 1500)
        .mapToObj(i -> "\"k%04d\":\"%s\"".formatted(i, "x".repeat(1000)))
        .collect(Collectors.joining(",", "{", "}"));
    assertThat(service.put(VALUES, values).status()).isEqualTo(200);
    AtomicInteger scans = new AtomicInteger();
    database.before(method -> {
      if (method.equals("scan") && scans.incrementAndGet() == 2) {
        throw new UnavailableException("gone", null);
      }
    });
    Reply reply = service.get(VALUES, GZIP);

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.header("Content-Encoding")).isEqualTo("gzip");
    assertThat(reply.complete()).isFalse();
  }

  @Test
  void etag_differsFromThatOfThePlainAnswer() {
    String plain = service.get(LARGE).header("ETag");
    String compressed = service.get(LARGE, GZIP).header("ETag");

    assertThat(compressed).isNotEqualTo(plain).startsWith("\"").endsWith("\"");
    for (String etag : new String[] {plain, compressed}) {
      assertThat(service.get(LARGE, "If-None-Match: " + etag).status()).isEqualTo(304);
      assertThat(service.get(LARGE, GZIP, "If-None-Match: " + etag).status()).isEqualTo(304);
      assertThat(service.get(LARGE, GZIP, "If-None-Match: " + etag).header("ETag"))
          .isIn(plain, compressed);
    }
  }

  @Test
  void etagOfACompressedAnswer_isGoodForAWrite() {
    Reply read = service.get(LARGE, GZIP);

    assertThat(service.put(LARGE, "2", "If-Match: " + read.header("ETag")).status())
        .isEqualTo(200);
    assertThat(service.put(LARGE, "3", "If-Match: " + read.header("ETag")).status())
        .isEqualTo(412);
  }

  @Test
  void error_isPlain() {
    Reply reply = service.get("/v1/stores/app/keys/" + "x".repeat(2000), GZIP);

    assertThat(reply.code()).isEqualTo("invalid-key");
  }

  @Test
  void bodyOfARequest_isNotUnpacked() {
    Reply reply = service.put(SMALL, "2", "Content-Encoding: gzip", GZIP);

    assertThat(reply.status()).isEqualTo(415);
    assertThat(reply.code()).isEqualTo("unsupported-media-type");
  }
}
