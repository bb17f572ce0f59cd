package dev.kvstore.internal.files;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** Reads regular files only: opening a named pipe would block until another process writes. */
public final class RegularFile {
  private RegularFile() {}

  /**
   * Returns the text of the file.
   *
   * @throws NoSuchFileException if the file does not exist
   * @throws IOException if it is a pipe, a device, a folder or a dangling link, or cannot be
   *     accessed or decoded
   */
  public static String read(Path file, Charset charset) throws IOException {
    if (!attributes(file).isRegularFile()) {
      throw new FileSystemException(file.toString(), null, "it is not a regular file");
    }
    return Files.readString(file, charset);
  }

  private static BasicFileAttributes attributes(Path file) throws IOException {
    try {
      return Files.readAttributes(file, BasicFileAttributes.class);
    } catch (NoSuchFileException e) {
      if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        throw new FileSystemException(file.toString(), null, "it is a link to nothing");
      }
      throw e;
    }
  }
}
