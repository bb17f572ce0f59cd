package dev.kvstore.internal.transfer;

import dev.kvstore.internal.support.Texts;
import java.io.FilterWriter;
import java.io.IOException;
import java.io.Writer;

/**
 * Escapes characters that control a terminal as in JSON; double-quoted YAML and properties use the
 * same escapes.
 */
final class EscapingWriter extends FilterWriter {
  EscapingWriter(Writer out) {
    super(out);
  }

  @Override
  public void write(int c) throws IOException {
    if (c != '\n' && Texts.steers(c)) {
      out.write(Texts.escape(c));
    } else {
      out.write(c);
    }
  }

  @Override
  public void write(char[] text, int offset, int length) throws IOException {
    for (int i = offset; i < offset + length; i++) {
      write(text[i]);
    }
  }

  @Override
  public void write(String text, int offset, int length) throws IOException {
    for (int i = offset; i < offset + length; i++) {
      write(text.charAt(i));
    }
  }
}
