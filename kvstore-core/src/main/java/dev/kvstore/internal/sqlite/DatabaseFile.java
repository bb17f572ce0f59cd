package dev.kvstore.internal.sqlite;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.UnavailableException;
import dev.kvstore.internal.files.DurableFile;
import dev.kvstore.internal.files.FileTrust;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** Locates the file of a database, and creates it if it is missing. */
final class DatabaseFile {
  private static final Pattern FULL =
      Pattern.compile("no space left|quota exceeded|not enough space", Pattern.CASE_INSENSITIVE);

  /** The suffixes of the files that SQLite and the lock keep beside it. */
  private static final List<String> BESIDE = List.of("-wal", "-shm", "-journal", ".lock");

  private DatabaseFile() {}

  /**
   * Returns the canonical path of a file. A missing file is created empty, readable only by its
   * owner, and so are missing folders; SQLite gives the files beside it the same permissions. A
   * file or folder that another user could change is refused, see {@link FileTrust}.
   *
   * <p>The content of the file is left to SQLite. Once SQLite has opened it, this process must not
   * open it itself: closing any channel to it would release the locks of the whole process.
   */
  static Path prepare(Path file) {
    if (file.getFileSystem() != FileSystems.getDefault()) {
      throw new InvalidInputException(
          ErrorCode.INVALID_PARAMETER,
          "The database file " + file
              + " is not on the default file system, where SQLite needs it");
    }
    Path absolute = file.toAbsolutePath();
    try {
      requireTrusted(absolute);
      DurableFile.createFolders(absolute.getParent());
      if (!Files.exists(absolute)) {
        create(absolute);
      }
      Path real = absolute.toRealPath();
      requireTrustedBeside(real);
      if (!Files.isRegularFile(real)) {
        throw new UnavailableException("The database file " + real + " is not a file", null);
      }
      if (!Files.isWritable(real)) {
        // SQLite would silently open it read-only.
        throw new UnavailableException(
            "The database file " + real + " cannot be written: look at its permissions", null);
      }
      return real;
    } catch (IOException e) {
      throw new UnavailableException(
          "The database file " + absolute + " cannot be opened or created: " + reason(e), e);
    }
  }

  /**
   * Refuses a file if others could change the files that SQLite and the lock use beside it, or if
   * these are not regular files: someone who can create files there could plant a link.
   */
  static void requireTrustedBeside(Path real) throws IOException {
    for (String end : BESIDE) {
      Path beside = real.resolveSibling(real.getFileName() + end);
      if (Files.isRegularFile(beside, NOFOLLOW_LINKS)) {
        requireTrusted(beside);
      } else if (Files.exists(beside, NOFOLLOW_LINKS)) {
        throw new UnavailableException(
            "The database file " + real + " cannot be opened, since " + beside
                + " is not a regular file: move it away",
            null);
      }
    }
  }

  private static void requireTrusted(Path file) throws IOException {
    FileTrust.ofProcess().sharing().require("The database file", file);
  }

  /** Returns the reason in words if the message of the exception is just a path. */
  static String reason(IOException e) {
    if (e instanceof AccessDeniedException denied) {
      return "no permission for " + denied.getFile();
    }
    if (e instanceof NoSuchFileException missing) {
      return missing.getFile() + " does not exist";
    }
    if (e instanceof FileAlreadyExistsException other) {
      return other.getFile() + " is in the way and is not a folder";
    }
    if (e instanceof FileSystemException failed && failed.getReason() != null) {
      return failed.getFile() + ": " + system(failed.getReason());
    }
    return e.getMessage() == null ? e.toString() : system(e.getMessage());
  }

  /** Explains the system's message for a full disk, which has no exception of its own. */
  private static String system(String message) {
    return FULL.matcher(message).find()
        ? "the disk is full (" + message + "): free some space, then try again"
        : message;
  }

  private static void create(Path absolute) throws IOException {
    // SQLite would mistake this log for one of the new file and delete it.
    Path orphan = absolute.resolveSibling(absolute.getFileName() + "-wal");
    if (Files.exists(orphan) && Files.size(orphan) > 0) {
      throw new UnavailableException(
          "The database file " + absolute + " is gone, but its log " + orphan
              + " is still there and may hold entries: put the file back, or move the log away",
          null);
    }
    if (Files.isSymbolicLink(absolute)) {
      throw new UnavailableException(
          "The database file " + absolute + " is a symbolic link to "
              + Files.readSymbolicLink(absolute) + ", which does not exist",
          null);
    }
    try {
      Files.createFile(absolute, DurableFile.ownerOnly());
    } catch (FileAlreadyExistsException e) {
      // Another process has just created it; the lock decides which one may use it.
      return;
    }
    DurableFile.syncName(absolute);
  }
}
