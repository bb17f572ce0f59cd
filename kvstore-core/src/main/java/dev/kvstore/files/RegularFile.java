package dev.kvstore.files;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads files, and nothing else: opening a named pipe would block for as long as nobody writes. */
public final class RegularFile {
  private static final String NOT_REGULAR = "it is not a regular file";

  private RegularFile() {}

  /**
   * Returns the text of the file.
   *
   * @throws NoSuchFileException if there is nothing under that name
   * @throws IOException if it is a pipe, a device or a folder, or cannot be read as such text
   */
  public static String read(Path file, Charset charset) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw Files.exists(file)
          ? new FileSystemException(file.toString(), null, NOT_REGULAR)
          : new NoSuchFileException(file.toString());
    }
    return Files.readString(file, charset);
  }
}
