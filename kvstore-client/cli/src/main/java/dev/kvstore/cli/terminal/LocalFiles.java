package dev.kvstore.cli.terminal;

import dev.kvstore.internal.files.DurableFile;
import dev.kvstore.internal.files.FileTrust;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Access to local files. Ignores owners and permissions if the system has none. */
public final class LocalFiles {
  private static final boolean POSIX =
      FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

  private LocalFiles() {}

  public static boolean isReadableByOthers(Path file) {
    try {
      return FileTrust.isReadByOthers(file);
    } catch (IOException e) {
      return false;
    }
  }

  /** Returns the content of the file; throws {@link CliException} if it cannot be read. */
  public static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new CliException(ExitCodes.USAGE, file + " cannot be read: " + reason(e), e);
    }
  }

  /** Writes a text and returns the number of items written. */
  public interface Writing {
    long to(Writer writer) throws IOException;
  }

  /**
   * Atomically replaces the text of a file. A new file is readable only by its owner; an existing
   * one keeps its permissions. A target that is not a regular file, such as a pipe or a device, is
   * written to directly.
   */
  public static long replace(Path target, Writing writing) throws IOException {
    boolean exists = Files.exists(target);
    Path whole = exists ? target.toRealPath() : target.toAbsolutePath();
    if (exists && !Files.isRegularFile(whole)) {
      return write(whole, writing);
    }
    Path draft = Files.createTempFile(
        whole.getParent(), "." + whole.getFileName(), ".part", DurableFile.ownerOnly());
    long[] written = new long[1];
    DurableFile.replace(whole, draft, to -> written[0] = write(to, writing), to -> {
      if (exists && POSIX) {
        Files.setPosixFilePermissions(to, Files.getPosixFilePermissions(whole));
      }
    });
    return written[0];
  }

  private static long write(Path file, Writing writing) throws IOException {
    try (Writer writer = Files.newBufferedWriter(file)) {
      return writing.to(writer);
    }
  }

  public static String reason(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "there is no such file";
    }
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (e instanceof FileSystemException failed && failed.getReason() != null) {
      return failed.getReason();
    }
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
