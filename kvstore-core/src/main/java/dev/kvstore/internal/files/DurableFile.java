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

/** Files that only their owner can read, and that are replaced as a whole, durably. */
public final class DurableFile {
  private static final Logger log = LoggerFactory.getLogger(DurableFile.class);

  private static final boolean POSIX =
      FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

  private DurableFile() {}

  /** Does something to the draft that is to take the place of a file. */
  public interface Writing {
    void to(Path draft) throws IOException;
  }

  /** Returns the attributes of a new file for its owner only; none where there are no owners. */
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
   * Puts a draft in the place of a file: whoever reads it, or is killed meanwhile, finds one or the
   * other. If that fails the draft is deleted.
   *
   * @param draft is there already, in the file's folder
   * @param last what is done to the draft once it is on the disk, such as giving it away
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
   * Gives a finished draft the name of a file that does not exist yet, durably.
   *
   * @param draft is there already, in the file's folder
   * @throws FileAlreadyExistsException if there is something under that name; it is left as it is
   */
  public static void publish(Path file, Path draft) throws IOException {
    sync(draft, StandardOpenOption.WRITE);
    try {
      // Unlike a move, which could replace a file that another process has just made.
      Files.createLink(file, draft);
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (UnsupportedOperationException | FileSystemException e) {
      // Not every file system has links.
      Files.move(draft, file);
    }
    Files.deleteIfExists(draft);
    syncName(file);
  }

  /**
   * Gives a draft to the owner of a file or folder: a service that runs as its own user could not
   * read what the administrator leaves there. Does nothing where the process may not do so.
   *
   * @param isFile whether the draft also gets the group and the permissions
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
      // Only an administrator may do this; all others own what they write.
      log.debug("The owner of {} cannot be changed", draft, e);
    }
  }

  /** Returns what went wrong, in words. */
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

  /** Null where the file system knows no owners. */
  private static @Nullable PosixFileAttributeView view(Path file) {
    return Files.getFileAttributeView(file, PosixFileAttributeView.class);
  }

  /** Creates the folder and those above it, durably, for the owner only. */
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

  /** Makes the name of a new file or folder durable, where the system can. */
  public static void syncName(Path file) {
    Path folder = file.getParent();
    try {
      if (POSIX && folder != null) {
        sync(folder, StandardOpenOption.READ);
      }
    } catch (IOException e) {
      // SQLite, which does the same for its own files, goes on too.
      log.debug("The folder {} could not be synced", folder, e);
    }
  }

  private static void sync(Path file, StandardOpenOption option) throws IOException {
    try (FileChannel channel = FileChannel.open(file, option)) {
      channel.force(true);
    }
  }
}
