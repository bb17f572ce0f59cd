package dev.kvstore.client.internal.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.kvstore.client.internal.events.SseParser.Block;
import dev.kvstore.client.internal.request.MalformedAnswerException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SseParserTest {
  private static List<Block> parse(String... parts) {
    List<Block> blocks = new ArrayList<>();
    SseParser parser = new SseParser(blocks::add);
    for (String part : parts) {
      parser.read(ByteBuffer.wrap(part.getBytes(StandardCharsets.ISO_8859_1)));
    }
    return blocks;
  }

  private static Block event(String type, String data, String id) {
    return new Block(null, type, data, id);
  }

  /** Returns UTF-8 bytes as Latin-1 text, so that each character is a byte. */
  private static String utf8(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r", "\r\n"})
  void lines_endInThreeWays(String end) {
    String text = String.join(end, "id: 1", "event: set", "data: a", "data: b", "", ": hi", "", "");

    assertThat(parse(text))
        .containsExactly(event("set", "a\nb", "1"), new Block("hi", "message", null, "1"));
  }

  @Test
  void bytes_canBeCutAnywhere() {
    String text =
        utf8("id: 7\r\nevent: set\r\ndata: {\"key\":\"ä€😀\"}\r\n\r\n:\r\n\r\ndata:x\r\r");
    List<Block> whole = parse(text);
    assertThat(whole)
        .containsExactly(
            event("set", "{\"key\":\"ä€😀\"}", "7"),
            new Block("", "message", null, "7"),
            event("message", "x", "7"));
    for (int cut = 0; cut <= text.length(); cut++) {
      assertThat(parse(text.substring(0, cut), text.substring(cut))).isEqualTo(whole);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'data:a', a",
    "'data: a', a",
    "'data:  a', ' a'",
    "'data', ''",
    "'data:', ''",
    "'data: a:b', 'a:b'",
    "'data: a\ndata', 'a\n'",
    "'Data: b\ndata: a', a",
    "'retry: 5\nother\ndata: a', a"
  })
  void data_isWhatFollowsTheColonAndABlank(String lines, String data) {
    assertThat(parse(lines + "\n\n")).containsExactly(event("message", data, ""));
  }

  @Test
  void id_staysUntilThereIsAnother() {
    assertThat(parse("id: 1\n\ndata: a\n\nid: 2\ndata: b\n\nid: 3\0\ndata: c\n\nid\ndata: d\n\n"))
        .extracting(Block::lastId)
        .containsExactly("1", "1", "2", "2", "");
  }

  @Test
  void type_isOfOneEvent() {
    assertThat(parse("event: set\n\ndata: a\n\nevent:\ndata: b\n\n"))
        .extracting(Block::type)
        .containsExactly("set", "message", "message");
  }

  @Test
  void byteOrderMark_isNoPartOfTheFirstLine() {
    assertThat(parse(utf8("\uFEFFdata: a\n\n"))).containsExactly(event("message", "a", ""));
    assertThat(parse(utf8("\n\uFEFFdata: a\n\n")))
        .extracting(Block::data)
        .containsExactly(null, null);
  }

  @Test
  void blockWithoutAnEnd_isNone() {
    assertThat(parse("data: a\n")).isEmpty();
    assertThat(parse("data: a")).isEmpty();
  }

  @Test
  void size_isLimited() {
    String most = "x".repeat(SseParser.MAX_BYTES - "data:".length());
    assertThat(parse("data:" + most + "\n\n")).hasSize(1);
    for (String tooLong : List.of("data:" + most + "x", ":" + most.repeat(2))) {
      assertThatExceptionOfType(MalformedAnswerException.class).isThrownBy(() -> parse(tooLong));
    }
    String lines = ("data:" + "x".repeat(1000) + "\n").repeat(100);
    assertThatExceptionOfType(MalformedAnswerException.class).isThrownBy(() -> parse(lines));
  }
}
