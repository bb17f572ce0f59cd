package dev.kvstore.client.internal.lastknowngood;

import dev.kvstore.internal.files.DurableFile;
import dev.kvstore.internal.files.FileTrust;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file with a copy, readable only by its owner. It is replaced atomically, by a draft in the same
 * folder: a reader sees either the old or the new copy, even after a crash.
 */
public class LastKnownGoodFile {
  private static final Logger log = LoggerFactory.getLogger(LastKnownGoodFile.class);

  private static final String DRAFT = ".draft";

  /** The age from which on a draft counts as abandoned. */
  private static final Duration OLD_DRAFT = Duration.ofMinutes(1);

  /** The maximum size, more than any copy of settings and than fits comfortably into memory. */
  private static final long MAX_BYTES = 1L << 30;

  private final Path file;

  public LastKnownGoodFile(Path file) {
    this.file = file.toAbsolutePath();
  }

  boolean exists() {
    return Files.exists(file);
  }

  /**
   * Returns the copy; empty if there is no usable one, which is logged.
   *
   * @param wanted tests if it is a copy of the store
   */
  public Optional<LastKnownGoodCopy> read(Predicate<LastKnownGoodCopy> wanted) {
    if (!exists()) {
      return Optional.empty();
    }
    String problem;
    try {
      problem = problem();
      if (problem == null) {
        LastKnownGoodCopy copy = LastKnownGoodFormat.read(Files.readAllBytes(file));
        if (wanted.test(copy)) {
          return Optional.of(copy);
        }
        problem = "it is of another service or store";
      }
    } catch (LastKnownGoodFormat.DamagedException e) {
      problem = e.getMessage();
    } catch (IOException e) {
      problem = "it cannot be read: " + reason(e);
    }
    log.warn("The last-known-good file {} is ignored: {}", file, problem);
    return Optional.empty();
  }

  private @Nullable String problem() throws IOException {
    if (!Files.isRegularFile(file)) {
      return "it is no file";
    }
    if (Files.size(file) > MAX_BYTES) {
      return "it is too large";
    }
    String problem = FileTrust.ofProcess().problem(file);
    if (problem != null) {
      return "it " + problem;
    }
    return FileTrust.isReadByOthers(file)
        ? "it can be read by others than its owner: chmod 600 it"
        : null;
  }

  /** Replaces the file durably, unless other users can write in its folder. */
  void write(LastKnownGoodCopy copy) throws IOException {
    requireTrustedFolder(file);
    Path target = Files.exists(file) ? file.toRealPath() : file;
    requireTrustedFolder(target);
    Path folder = Objects.requireNonNull(target.getParent(), "a file is in a folder");
    DurableFile.createFolders(folder);
    removeOldDrafts(folder);
    Path draft = Files.createTempFile(folder, draftPrefix(), DRAFT, DurableFile.ownerOnly());
    DurableFile.replace(
        target, draft, to -> Files.write(to, LastKnownGoodFormat.write(copy)), this::drafted);
  }

  private void requireTrustedFolder(Path target) throws IOException {
    // For a missing file only its path is checked.
    String problem = FileTrust.ofProcess().problem(target.resolveSibling(draftPrefix() + "none"));
    if (problem != null) {
      throw new FileSystemException(file.toString(), null, "it " + problem);
    }
  }

  /** Called when the draft is complete but not yet renamed. Overridden by tests. */
  void drafted(Path draft) {}

  /** Removes drafts of killed processes, because they also contain secrets. */
  private void removeOldDrafts(Path folder) throws IOException {
    Instant old = Instant.now().minus(OLD_DRAFT);
    try (DirectoryStream<Path> drafts = Files.newDirectoryStream(
        folder,
        entry -> entry.getFileName().toString().startsWith(draftPrefix())
            && entry.getFileName().toString().endsWith(DRAFT))) {
      for (Path draft : drafts) {
        if (Files.getLastModifiedTime(draft).toInstant().isBefore(old)) {
          Files.deleteIfExists(draft);
        }
      }
    } catch (NoSuchFileException e) {
      log.debug("Another process was quicker to remove a draft", e);
    }
  }

  private String draftPrefix() {
    return file.getFileName() + ".";
  }

  static String reason(IOException e) {
    return e instanceof FileSystemException failed && failed.getReason() != null
        ? failed.getReason()
        : e.getClass().getSimpleName();
  }

  @Override
  public String toString() {
    return file.toString();
  }
}
