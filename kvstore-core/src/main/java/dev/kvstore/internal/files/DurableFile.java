package dev.kvstore.internal.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates files that only their owner can read, and replaces them atomically and durably. */
public final class DurableFile {
  private static final Logger log = LoggerFactory.getLogger(DurableFile.class);

  private static final boolean POSIX =
      FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

  private DurableFile() {}

  /** A step on the draft that will replace a file. */
  public interface Writing {
    void to(Path draft) throws IOException;
  }

  /**
   * Returns the attributes of a new file for its owner only; none if the file system has no owners.
   */
  public static FileAttribute<?>[] ownerOnly() {
    return permissions("rw-------");
  }

  /** Like {@link #ownerOnly}, for a folder. */
  public static FileAttribute<?>[] folderOfOwner() {
    return permissions("rwx------");
  }

  private static FileAttribute<?>[] permissions(String permissions) {
    return POSIX
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        }
        : new FileAttribute<?>[0];
  }

  /**
   * Atomically replaces a file by a draft: readers see either the old or the new content, even
   * after a crash. The draft is deleted on failure.
   *
   * @param draft an existing file in the same folder
   * @param last the last step on the draft after it was synced, such as changing its owner
   */
  public static void replace(Path file, Path draft, Writing writing, Writing last)
      throws IOException {
    try {
      writing.to(draft);
      sync(draft, StandardOpenOption.WRITE);
      last.to(draft);
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      syncName(file);
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(draft);
      throw e;
    }
  }

  /**
   * Renames a finished draft to a file that does not exist yet, durably.
   *
   * @param draft an existing file in the same folder
   * @throws FileAlreadyExistsException if the file exists; it is left unchanged
   */
  public static void publish(Path file, Path draft) throws IOException {
    sync(draft, StandardOpenOption.WRITE);
    try {
      // A link, unlike a move, cannot replace a file that another process has just created.
      Files.createLink(file, draft);
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (UnsupportedOperationException | FileSystemException e) {
      // Not every file system supports links.
      Files.move(draft, file);
    }
    Files.deleteIfExists(draft);
    syncName(file);
  }

  /**
   * Changes the owner of a draft to that of a file or folder, because a service with its own user
   * could not read a file created by the administrator. Does nothing if the process lacks the
   * permission.
   *
   * @param isFile true to also copy the group and the permissions
   */
  public static void giveTo(Path owned, boolean isFile, Path draft) {
    try {
      PosixFileAttributeView view = view(owned);
      PosixFileAttributeView own = Files.getFileAttributeView(
          draft, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
      if (view == null || own == null) {
        return;
      }
      PosixFileAttributes attributes = view.readAttributes();
      if (!attributes.owner().equals(own.readAttributes().owner())) {
        own.setOwner(attributes.owner());
      }
      if (isFile) {
        own.setGroup(attributes.group());
        own.setPermissions(attributes.permissions());
      }
    } catch (IOException e) {
      // Only an administrator may do this; other users own what they write.
      log.debug("The owner of {} cannot be changed", draft, e);
    }
  }

  /** Returns the reason of the failure in words. */
  public static String reason(IOException e) {
    if (e instanceof AccessDeniedException denied) {
      return "no permission for " + denied.getFile();
    }
    if (e instanceof NoSuchFileException missing) {
      return missing.getFile() + " does not exist";
    }
    if (e instanceof FileSystemException failed && failed.getReason() != null) {
      return failed.getFile() + ": " + failed.getReason();
    }
    return e.toString();
  }

  /** Returns null if the file system has no owners. */
  private static @Nullable PosixFileAttributeView view(Path file) {
    return Files.getFileAttributeView(file, PosixFileAttributeView.class);
  }

  /** Creates the folder and missing parents, durably, for the owner only. */
  public static void createFolders(@Nullable Path folder) throws IOException {
    if (folder == null || Files.isDirectory(folder)) {
      return;
    }
    createFolders(folder.getParent());
    try {
      Files.createDirectory(folder, folderOfOwner());
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(folder)) {
        throw e;
      }
    }
    syncName(folder);
  }

  /** Makes the name of a new file or folder durable, if the system supports it. */
  public static void syncName(Path file) {
    Path folder = file.getParent();
    try {
      if (POSIX && folder != null) {
        sync(folder, StandardOpenOption.READ);
      }
    } catch (IOException e) {
      // Continue, as SQLite does in the same case for its own files.
      log.debug("The folder {} could not be synced", folder, e);
    }
  }

  private static void sync(Path file, StandardOpenOption option) throws IOException {
    try (FileChannel channel = FileChannel.open(file, option)) {
      channel.force(true);
    }
  }
}
