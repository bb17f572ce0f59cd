package dev.kvstore.internal.transfer;

import dev.kvstore.internal.files.DurableFile;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PushbackReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;

/**
 * The text of a snapshot, which can be read more than once. Input that is not a regular file is
 * copied to a temporary file that only its owner can read.
 */
public final class SnapshotSource implements Closeable {
  /** The maximum size of a text of which all syntax errors are reported, not only the first one. */
  private static final long SMALL_BYTES = 4 * 1024 * 1024;

  private static final char BYTE_ORDER_MARK = '\uFEFF';
  private static final byte[] MARK_BYTES = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  private final Path file;
  private final String name;
  private final boolean temporary;

  private SnapshotSource(Path file, String name, boolean temporary) {
    this.file = file;
    this.name = name;
    this.temporary = temporary;
  }

  /**
   * Returns the file as a source. A pipe or device is copied first, because it can be read only
   * once.
   */
  public static SnapshotSource of(Path file, String name) throws IOException {
    if (Files.isRegularFile(file)) {
      Files.newInputStream(file).close(); // fails if it cannot be read
      return new SnapshotSource(file, name, false);
    }
    try (InputStream in = Files.newInputStream(file)) {
      return copyOf(in, name);
    }
  }

  /** Copies the input to a temporary file, which {@link #close()} deletes. */
  public static SnapshotSource copyOf(InputStream in, String name) throws IOException {
    Path copy = Files.createTempFile("kvstore-", ".snapshot", DurableFile.ownerOnly());
    SnapshotSource source = new SnapshotSource(copy, name, true);
    try {
      Files.copy(in, copy, StandardCopyOption.REPLACE_EXISTING);
      return source;
    } catch (IOException | RuntimeException e) {
      source.close();
      throw e;
    }
  }

  /** Returns the name for messages. */
  public String name() {
    return name;
  }

  InputStream open() throws IOException {
    return new BufferedInputStream(Files.newInputStream(file));
  }

  /**
   * Returns the characters without a byte order mark.
   *
   * @throws CharacterCodingException on reading, if the text is not UTF-8
   */
  Reader reader() throws IOException {
    // With an explicit decoder, which reports malformed input; a Charset would replace it.
    PushbackReader text =
        new PushbackReader(new InputStreamReader(open(), StandardCharsets.UTF_8.newDecoder()));
    int first = text.read();
    if (first >= 0 && first != BYTE_ORDER_MARK) {
      text.unread(first);
    }
    return text;
  }

  /** Returns true if the text is small enough to be held in memory. */
  boolean isSmall() throws IOException {
    return Files.size(file) <= SMALL_BYTES;
  }

  /** Returns the whole text, without a byte order mark. */
  byte[] bytes() throws IOException {
    return withoutMark(Files.readAllBytes(file));
  }

  /** Returns the bytes of a text without a byte order mark. */
  public static byte[] withoutMark(byte[] bytes) {
    int length = MARK_BYTES.length;
    return bytes.length >= length && Arrays.equals(bytes, 0, length, MARK_BYTES, 0, length)
        ? Arrays.copyOfRange(bytes, length, bytes.length)
        : bytes;
  }

  @Override
  public void close() throws IOException {
    if (temporary) {
      Files.deleteIfExists(file);
    }
  }
}
