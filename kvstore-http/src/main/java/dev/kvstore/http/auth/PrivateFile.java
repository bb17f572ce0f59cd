package dev.kvstore.http.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kvstore.internal.files.DurableFile;
import dev.kvstore.internal.files.FileTrust;
import dev.kvstore.internal.files.RegularFile;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks and changes files that only one user may write. */
final class PrivateFile {
  /** How long to wait for another process that is changing the file. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private PrivateFile() {}

  /** Computes the new text from the current one, which is null if there is no file. */
  interface Edit {
    /** Returns the new text, or null to change nothing. */
    @Nullable
    String apply(@Nullable String text) throws IOException;
  }

  /**
   * Returns who else could read or change the file, as the rest of a sentence about it, or null.
   *
   * @param secret true if others must not read it
   */
  static @Nullable String problem(Path file, FileTrust trust, boolean secret) throws IOException {
    String problem = trust.problem(file);
    if (problem == null && secret && FileTrust.isReadByOthers(file)) {
      return "has secrets and can be read by others than its owner: chmod 600 it, or give sha256 in"
          + " place of secret";
    }
    return problem;
  }

  /**
   * Replaces the text of the file atomically and durably. Concurrent commands wait for each other,
   * with a lock on a file beside it; remains of a killed command are overwritten. Returns false if
   * nothing was changed.
   */
  static boolean replace(Path file, Edit edit) throws IOException {
    Path real = Files.exists(file) ? file.toRealPath() : file;
    Path folder = Objects.requireNonNull(real.getParent(), "a file is in a folder");
    DurableFile.createFolders(folder);
    // File locks of the system do not work within one process.
    synchronized (PrivateFile.class) {
      Path lock = real.resolveSibling(real.getFileName() + ".lock");
      try (FileChannel channel = open(lock)) {
        DurableFile.giveTo(folder, false, lock);
        lock(channel, lock);
        return replaceLocked(real, folder, edit);
      }
    }
  }

  private static boolean replaceLocked(Path real, Path folder, Edit edit) throws IOException {
    Path draft = real.resolveSibling(real.getFileName() + ".new");
    boolean exists = Files.exists(real);
    String text = edit.apply(exists ? RegularFile.read(real, UTF_8) : null);
    if (text == null) {
      return false;
    }
    Files.deleteIfExists(draft);
    Files.createFile(draft, DurableFile.ownerOnly());
    DurableFile.replace(
        real,
        draft,
        to -> Files.writeString(to, text),
        to -> DurableFile.giveTo(exists ? real : folder, exists, to));
    return true;
  }

  private static FileChannel open(Path lock) throws IOException {
    if (Files.exists(lock, LinkOption.NOFOLLOW_LINKS)
        && !Files.isRegularFile(lock, LinkOption.NOFOLLOW_LINKS)) {
      throw new FileSystemException(lock.toString(), null, "it is not a regular file");
    }
    Set<OpenOption> options =
        Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    return FileChannel.open(lock, options, DurableFile.ownerOnly());
  }

  private static void lock(FileChannel channel, Path lock) throws IOException {
    long start = System.nanoTime();
    while (channel.tryLock() == null) {
      if (System.nanoTime() - start > PATIENCE.toNanos()) {
        throw new FileSystemException(
            lock.toString(), null, "another command is changing the tokens; try again");
      }
      pause();
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
}
