package dev.kvstore.http.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.http.Reply;
import dev.kvstore.http.TestService;
import dev.kvstore.http.api.entries.KeyResourceTest;
import dev.kvstore.spi.ValueLimits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ValueRulesTest {
  private static final String KEY = "/v1/stores/app/keys/k";
  private static final int MAX = ValueLimits.DEFAULT.maxBytes();

  /** In BSON a string also takes its length and a terminator. */
  private static final int LONGEST_TEXT = MAX - 5;

  @TempDir
  private Path folder;

  private TestService service;

  @BeforeEach
  void start() {
    service = TestService.start(folder);
  }

  @AfterEach
  void stop() {
    service.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "true",
        "\"\"",
        "0",
        "-1",
        "2147483648",
        "9007199254740993",
        "9223372036854775807",
        "12345678901234567890",
        "0.1",
        "-2.5",
        "{}",
        "[]",
        "[null,[],{}]",
        "{\"$set\":{\"a.b\":1}}",
        "{\"\":1,\"a.b\":2,\"$\":3,\"$$x\":4}",
        "\"$set\"",
        "\"\\\"\\\\\\b\\f\\n\\r\\t\"",
        "\"größe 😀\"",
        "{\"value\":{\"value\":1}}"
      })
  void value_comesBackAsItWas(String json) {
    assertThat(service.put(KEY, json).status()).isEqualTo(201);
    assertThat(service.get(KEY).text()).isEqualTo(json);
  }

  @ParameterizedTest
  @CsvSource({"1e400,1E+400", "12.50,12.5", "1.0,1.0", "1e2,100.0", "-0,0"})
  void number_keepsItsValue(String in, String out) {
    service.put(KEY, in);

    assertThat(new BigDecimal(service.get(KEY).text())).isEqualByComparingTo(new BigDecimal(out));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|invalid-json",
        "' '|invalid-json",
        "{|invalid-json",
        "{'a':1}|invalid-json",
        "1 2|invalid-json",
        "01|invalid-json",
        "NaN|invalid-json",
        "Infinity|invalid-json",
        "tru|invalid-json",
        "[1,]|invalid-json",
        "{\"a\":1,\"a\":2}|invalid-json",
        "{\"x\":{\"a\":1,\"b\":2,\"a\":3}}|invalid-json",
        "/* c */ 1|invalid-json",
        "\"a|invalid-json",
        "1e7000|invalid-value",
        "\"\\ud800\"|invalid-value"
      },
      quoteCharacter = '`')
  void unusableBody_isRefused(String body, String code) {
    String sent = body.equals("''") ? "" : body.equals("' '") ? " " : body;
    Reply reply = service.put(KEY, sent);

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.code()).isEqualTo(code);
    assertThat(service.get(KEY).status()).isEqualTo(404);
  }

  @Test
  void bodyThatIsNotUtf8_isRefused() {
    assertThat(service.send("PUT", KEY, new byte[] {'"', (byte) 0xFF, '"'}).code())
        .isEqualTo("invalid-json");
    assertThat(
            service.send("PUT", KEY, "\"a\"".getBytes(StandardCharsets.UTF_16)).code())
        .isEqualTo("invalid-json");
  }

  @Test
  void refusal_doesNotQuoteTheValue() {
    Reply reply = service.put(KEY, "{\"password\": s3cret}");

    assertThat(reply.code()).isEqualTo("invalid-json");
    assertThat(reply.text()).doesNotContain("s3cret").contains("line 1");
  }

  @Test
  void nesting_isBounded() {
    int depth = ValueLimits.DEFAULT.maxDepth();

    assertThat(service.put(KEY, "[".repeat(depth) + "]".repeat(depth)).status()).isEqualTo(201);
    assertThat(service.put(KEY, "[".repeat(depth + 1) + "]".repeat(depth + 1)).code())
        .isEqualTo("invalid-value");
    assertThat(service.put(KEY, "[".repeat(1_000_000)).code()).isEqualTo("invalid-value");
    assertThat(service.put(KEY, "{\"a\":".repeat(200_000)).code()).isEqualTo("invalid-value");
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "\\u0001", "\\u00e9\\u00e9"})
  void largestValue_isStoredHoweverItIsWritten(String character) {
    int each = character.startsWith("\\u00e9") ? 4 : 1;
    String text = character.repeat(LONGEST_TEXT / each);

    assertThat(service.put(KEY, "\"" + text + "\"").status()).isEqualTo(201);
    assertThat(service.put(KEY, "\"" + text + character + "xxxx\"").status()).isEqualTo(413);
  }

  @Test
  void valueBeyondTheLimit_isTooLarge() {
    Reply json = service.put(KEY, "\"" + "x".repeat(2 * MAX) + "\"");
    byte[] body = KeyResourceTest.bson(
        new BsonDocument("value", new BsonString("x".repeat(LONGEST_TEXT + 1))));
    Reply bson = service.send("PUT", KEY, body, "Content-Type: application/bson");

    assertThat(json.status()).isEqualTo(413);
    assertThat(json.code()).isEqualTo("too-large");
    assertThat(bson.code()).isEqualTo("too-large");
    assertThat(service.get(KEY).status()).isEqualTo(404);
  }

  @Test
  void bodyBeyondEveryLimit_isTooLarge() {
    String huge = "\"" + "x".repeat(7 * MAX) + "\"";
    for (String path :
        new String[] {KEY, "/v1/stores/app/defaults/k", "/v1/stores/app/counters/k"}) {
      String method = path.contains("counters") ? "POST" : "PUT";
      Reply reply = service.send(method, path, huge.getBytes(StandardCharsets.UTF_8));

      assertThat(reply.status()).isEqualTo(413);
      assertThat(reply.code()).isEqualTo("too-large");
    }
  }

  @Test
  void chunkedBodyBeyondEveryLimit_isTooLarge() {
    ByteArrayOutputStream request = new ByteArrayOutputStream();
    request.writeBytes(("PUT " + KEY + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        .getBytes(StandardCharsets.US_ASCII));
    for (int i = 0; i < 10; i++) {
      request.writeBytes("100000\r\n".getBytes(StandardCharsets.US_ASCII));
      request.writeBytes(" ".repeat(0x100000).getBytes(StandardCharsets.US_ASCII));
      request.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
    }
    Reply reply = service.raw(request.toByteArray(), false);

    assertThat(reply.status()).isEqualTo(413);
    assertThat(reply.code()).isEqualTo("too-large");
    assertThat(reply.header("Connection")).isEqualTo("close");
  }

  @Test
  void chunkedBodyBeyondEveryLimit_isAnsweredToAClientThatSendsAllFirst() throws IOException {
    byte[] chunk = ("10000\r\n" + " ".repeat(0x10000) + "\r\n").getBytes(StandardCharsets.US_ASCII);
    try (Socket socket = new Socket()) {
      socket.setSendBufferSize(chunk.length);
      service.connect(socket);
      OutputStream out = socket.getOutputStream();
      out.write(("PUT " + KEY + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
          .getBytes(StandardCharsets.US_ASCII));
      for (int i = 0; i < 640; i++) {
        out.write(chunk);
      }
      out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));

      assertThat(Reply.read(socket.getInputStream(), false).status()).isEqualTo(413);
    }
  }

  @Test
  void lengthThatIsClaimed_isBelievedBeforeAnythingIsRead() {
    Reply reply = service.raw("PUT " + KEY + " HTTP/1.1\r\nHost: x\r\n"
        + "Content-Length: 99999999999\r\nExpect: 100-continue\r\n\r\n");

    assertThat(reply.status()).isEqualTo(413);
  }

  @Test
  void typesThatJsonLacks_areText() {
    BsonDocument body = BsonDocument.parse("{value: {date: {$date: 0},"
        + " long: {$numberLong: '5'}, decimal: {$numberDecimal: '1.10'},"
        + " id: {$oid: '0123456789abcdef01234567'}}}");
    body.getDocument("value").put("bytes", new BsonBinary(new byte[] {0, 1, 2}));
    service.send("PUT", KEY, KeyResourceTest.bson(body), "Content-Type: application/bson");

    assertThat(service.get(KEY).text())
        .isEqualTo("{\"date\":\"1970-01-01T00:00:00Z\",\"long\":5,\"decimal\":1.10,"
            + "\"id\":\"0123456789abcdef01234567\",\"bytes\":\"AAEC\"}");
  }
}
