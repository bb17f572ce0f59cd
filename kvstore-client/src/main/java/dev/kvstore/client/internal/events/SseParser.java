package dev.kvstore.client.internal.events;

import dev.kvstore.client.internal.request.MalformedAnswerException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads server-sent events out of bytes, however these are cut. They come from the network: what is
 * longer than any event of a service throws {@link MalformedAnswerException}. For one thread.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">Server-sent
 *     events</a>
 */
final class SseParser {
  /** Several times what an event without a value takes whose key is as long as it may be. */
  static final int MAX_BYTES = 64 * 1024;

  private static final String BYTE_ORDER_MARK = "\uFEFF";

  /**
   * The lines up to an empty one.
   *
   * @param comment the last comment in it, which is no part of the event; null where there is none
   * @param type the event's; {@code message} where it has none
   * @param data the event's; null where this is no event
   * @param lastId the last id that has been told, in this block or before; empty where there is
   *     none
   */
  record Block(
      @Nullable String comment, String type, @Nullable String data, String lastId) {}

  private final Consumer<Block> blocks;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream(256);
  private boolean afterReturn;
  private boolean begun;

  // Of the block that is being read.
  private @Nullable String comment;
  private String type = "";
  private @Nullable StringBuilder data;
  private String id = "";

  SseParser(Consumer<Block> blocks) {
    this.blocks = blocks;
  }

  /** Tells of each block that ends within these bytes. */
  void read(ByteBuffer bytes) {
    while (bytes.hasRemaining()) {
      byte next = bytes.get();
      if (next == '\n' && afterReturn) {
        afterReturn = false; // the rest of the line's end
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
        // others are to be ignored, and how long to wait before a next stream we know ourselves
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
