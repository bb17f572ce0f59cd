package dev.kvstore.http.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Collections;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A file that belongs to one user, whom nobody else may write for. */
final class PrivateFile {
  private static final Logger LOG = LoggerFactory.getLogger(PrivateFile.class);

  private static final Set<PosixFilePermission> OTHERS_WRITE =
      PosixFilePermissions.fromString("----w--w-");
  private static final Set<PosixFilePermission> OTHERS_READ =
      PosixFilePermissions.fromString("---r--r--");

  /** How long to wait for another process that is changing the file. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private PrivateFile() {}

  /** Makes a new text of the present one, which is null where there is no file. */
  interface Edit {
    /** Returns null where nothing is to be changed. */
    @Nullable
    String apply(@Nullable String text) throws IOException;
  }

  /**
   * Returns who else could do what with the file, or null.
   *
   * @param secret whether others may not even read it
   */
  static @Nullable String problem(Path file, boolean secret) throws IOException {
    PosixFileAttributeView view = view(file);
    if (view == null) {
      return null;
    }
    Set<PosixFilePermission> permissions = view.readAttributes().permissions();
    if (!Collections.disjoint(permissions, OTHERS_WRITE)) {
      return "can be written by others than its owner: chmod 600 it";
    }
    if (secret && !Collections.disjoint(permissions, OTHERS_READ)) {
      return "has secrets and can be read by others than its owner: chmod 600 it, or give sha256 in"
          + " place of secret";
    }
    return null;
  }

  /**
   * Puts another text into the file, durably: who reads it meanwhile finds the one or the other.
   * The draft of the new text also keeps other processes from changing the file at the same time.
   * Returns false where nothing was to be changed.
   */
  static boolean replace(Path file, Edit edit) throws IOException {
    Path real = Files.exists(file) ? file.toRealPath() : file;
    Path folder = Objects.requireNonNull(real.getParent(), "a file is in a folder");
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(folder);
    }
    Path draft = real.resolveSibling(real.getFileName() + ".new");
    claim(draft);
    boolean moved = false;
    try {
      boolean exists = Files.exists(real);
      String text = edit.apply(exists ? Files.readString(real) : null);
      if (text == null) {
        return false;
      }
      write(draft, text);
      giveTo(exists ? real : folder, exists, draft);
      Files.move(draft, real, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      // From here on a file of that name is another's draft.
      moved = true;
      sync(folder);
      return true;
    } finally {
      if (!moved) {
        Files.deleteIfExists(draft);
      }
    }
  }

  /** Returns what went wrong, in words. */
  static String reason(IOException e) {
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

  private static void claim(Path draft) throws IOException {
    long start = System.nanoTime();
    while (true) {
      try {
        Files.createFile(draft, ownerOnly(draft));
        return;
      } catch (FileAlreadyExistsException e) {
        if (System.nanoTime() - start > PATIENCE.toNanos()) {
          throw new FileSystemException(
              draft.toString(), null, "another command is at it; if none is, delete this file");
        }
        pause();
      }
    }
  }

  private static void pause() throws InterruptedIOException {
    try {
      Thread.sleep(20);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
  }

  private static void write(Path draft, String text) throws IOException {
    try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
  }

  /**
   * Lets the draft belong to whom the file or its folder belongs to: a service that runs as its own
   * user could not read what the administrator leaves there.
   */
  private static void giveTo(Path owned, boolean isFile, Path draft) {
    try {
      PosixFileAttributeView view = view(owned);
      PosixFileAttributeView own = view(draft);
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
      LOG.debug("The owner of {} cannot be changed", draft, e);
    }
  }

  private static void sync(Path folder) throws IOException {
    if (view(folder) != null) {
      try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  private static FileAttribute<?>[] ownerOnly(Path file) {
    return view(file) == null
        ? new FileAttribute<?>[0]
        : new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        };
  }

  /** Null where the file system knows no owners. */
  private static @Nullable PosixFileAttributeView view(Path file) {
    return Files.getFileAttributeView(file, PosixFileAttributeView.class);
  }
}
