package dev.kvstore.client.internal.events;

import dev.kvstore.client.internal.request.MalformedAnswerException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Parses server-sent events from bytes that may be split anywhere. The bytes are untrusted: a block
 * longer than any event of a service throws {@link MalformedAnswerException}. Not thread-safe.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">Server-sent
 *     events</a>
 */
final class SseParser {
  /**
   * The maximum size of a block, several times that of an event without a value and with the
   * longest key.
   */
  static final int MAX_BYTES = 64 * 1024;

  private static final String BYTE_ORDER_MARK = "\uFEFF";

  /**
   * A block: the lines up to an empty one.
   *
   * @param comment the last comment in the block, which is not part of the event; null if there is
   *     none
   * @param type the type of the event; {@code message} by default
   * @param data the data of the event; null if the block is not an event
   * @param lastId the last id in this or an earlier block; empty if there was none
   */
  record Block(
      @Nullable String comment, String type, @Nullable String data, String lastId) {}

  private final Consumer<Block> blocks;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream(256);
  private boolean afterReturn;
  private boolean begun;

  // The block that is being read.
  private @Nullable String comment;
  private String type = "";
  private @Nullable StringBuilder data;
  private String id = "";

  SseParser(Consumer<Block> blocks) {
    this.blocks = blocks;
  }

  /** Reports each block that ends within these bytes. */
  void read(ByteBuffer bytes) {
    while (bytes.hasRemaining()) {
      byte next = bytes.get();
      if (next == '\n' && afterReturn) {
        afterReturn = false; // the rest of the line terminator
      } else if (next == '\n' || next == '\r') {
        afterReturn = next == '\r';
        endLine();
      } else {
        afterReturn = false;
        checkSize(line.size() + 1);
        line.write(next);
      }
    }
  }

  private void endLine() {
    String text = line.toString(StandardCharsets.UTF_8);
    line.reset();
    if (!begun && text.startsWith(BYTE_ORDER_MARK)) {
      text = text.substring(1);
    }
    begun = true;
    if (text.isEmpty()) {
      endBlock();
      return;
    }
    int colon = text.indexOf(':');
    if (colon == 0) {
      comment = text.substring(1).strip();
      return;
    }
    String value = colon < 0 ? "" : text.substring(colon + 1);
    field(
        colon < 0 ? text : text.substring(0, colon),
        value.startsWith(" ") ? value.substring(1) : value);
  }

  private void field(String name, String value) {
    switch (name) {
      case "event" -> type = value;
      case "data" -> addData(value);
      case "id" -> id = value.indexOf('\0') < 0 ? value : id;
      default -> {
        // other fields must be ignored, and the retry interval is our own
      }
    }
  }

  private void addData(String value) {
    StringBuilder lines = data;
    if (lines == null) {
      lines = new StringBuilder();
      data = lines;
    } else {
      lines.append('\n');
    }
    checkSize(lines.length() + value.length());
    lines.append(value);
  }

  private void endBlock() {
    Block block = new Block(
        comment, type.isEmpty() ? "message" : type, data == null ? null : data.toString(), id);
    comment = null;
    type = "";
    data = null;
    blocks.accept(block);
  }

  private static void checkSize(int size) {
    if (size > MAX_BYTES) {
      throw new MalformedAnswerException("an event of more than " + MAX_BYTES + " bytes", null);
    }
  }
}
