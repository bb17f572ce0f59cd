package dev.kvstore.internal.sqlite;

import dev.kvstore.ErrorCode;
import dev.kvstore.KVException;
import dev.kvstore.UnavailableException;
import dev.kvstore.internal.files.DurableFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Restricts a database file to one process, and to one database object in it. The lock is on a file
 * beside it, which contains the process id of the owner; the operating system releases it when the
 * process ends. The lock file is never deleted, because that could delete one that another process
 * has just locked.
 */
final class DatabaseLock {
  /** Far behind the content, because on Windows other processes cannot read a locked region. */
  private static final long LOCKED_BYTE = Long.MAX_VALUE - 1;

  /**
   * The files that this process has locked. Checked before the lock file is opened, because on
   * POSIX closing any channel to a file releases all locks that the process has on it.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  /** Channels to lock files of this process, which are never closed for the same reason. */
  private static final List<FileChannel> UNCLOSEABLE = new ArrayList<>();

  private final Path lockFile;
  private final FileChannel channel;

  private DatabaseLock(Path lockFile, FileChannel channel) {
    this.lockFile = lockFile;
    this.channel = channel;
  }

  /**
   * Locks the database file.
   *
   * @param file a real path
   * @throws KVException with {@link ErrorCode#LOCKED} if it is already in use
   */
  static DatabaseLock acquire(Path file) {
    Path lockFile = file.resolveSibling(file.getFileName() + ".lock");
    if (!HELD.add(lockFile)) {
      throw openHere(file);
    }
    boolean locked = false;
    try {
      DatabaseLock lock = new DatabaseLock(lockFile, lock(file, lockFile));
      locked = true;
      return lock;
    } catch (IOException e) {
      throw new UnavailableException(
          "The database file " + file + " cannot be opened, since its lock file " + lockFile
              + " cannot be written: " + DatabaseFile.reason(e),
          e);
    } finally {
      if (!locked) {
        HELD.remove(lockFile);
      }
    }
  }

  /** Releases the lock. Idempotent. */
  void release() throws IOException {
    if (channel.isOpen()) {
      try {
        channel.close();
      } finally {
        HELD.remove(lockFile);
      }
    }
  }

  private static FileChannel lock(Path file, Path lockFile) throws IOException {
    FileChannel channel = FileChannel.open(
        lockFile,
        Set.of(
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            LinkOption.NOFOLLOW_LINKS),
        DurableFile.ownerOnly());
    boolean close = true;
    try {
      if (channel.tryLock(LOCKED_BYTE, 1, false) == null) {
        throw openElsewhere(file, channel);
      }
      // Other users may have created files since the last check.
      DatabaseFile.requireTrustedBeside(file);
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(
          (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)));
      close = false;
      return channel;
    } catch (OverlappingFileLockException e) {
      // Another copy of this class, of another class loader, has the lock.
      close = false;
      synchronized (UNCLOSEABLE) {
        UNCLOSEABLE.add(channel);
      }
      throw openHere(file);
    } finally {
      if (close) {
        channel.close();
      }
    }
  }

  private static KVException openHere(Path file) {
    return new KVException(
        ErrorCode.LOCKED,
        "The database file " + file + " is already open in this process: take its other stores"
            + " from the same KVDatabase, or close that one first");
  }

  private static KVException openElsewhere(Path file, FileChannel channel) throws IOException {
    ByteBuffer content = ByteBuffer.allocate(20);
    channel.read(content, 0);
    String pid =
        new String(content.array(), 0, content.position(), StandardCharsets.US_ASCII).strip();
    return new KVException(
        ErrorCode.LOCKED,
        "The database file " + file + " is in use by another process"
            + (pid.matches("[0-9]+") ? ", with the process id " + pid : "")
            + ": stop that one first, use another file, or let both use a kvstore service");
  }
}
