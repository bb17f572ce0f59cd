package dev.kvstore.http.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import dev.kvstore.internal.files.DurableFile;
import dev.kvstore.internal.files.RegularFile;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The acknowledgements of the running services that share a tokens file: one file per service,
 * beside the tokens. A file that was not renewed for {@link #LIFETIME} belongs to a service that
 * was killed. Not thread-safe.
 */
final class FileReceipts {
  static final Duration RENEWAL = Duration.ofSeconds(5);
  static final Duration LIFETIME = RENEWAL.multipliedBy(4);

  private static final Logger LOG = LoggerFactory.getLogger(FileReceipts.class);

  private final Path folder;
  private final String prefix;
  private final InstantSource clock;
  private final Path own;

  /** The file of older versions, which had one for all services. */
  private final Path shared;

  private @Nullable String written;
  private Instant writtenAt = Instant.MIN;
  private boolean failing;

  FileReceipts(Path tokens, InstantSource clock) {
    this.folder = Objects.requireNonNull(tokens.getParent(), "a file is in a folder");
    this.prefix = tokens.getFileName() + ".seen.";
    this.clock = clock;
    this.own = folder.resolve(prefix + UUID.randomUUID());
    this.shared = folder.resolve(tokens.getFileName() + ".seen");
  }

  void acknowledge(String fingerprint) {
    Instant now = clock.instant();
    if (fingerprint.equals(written) && now.isBefore(writtenAt.plus(RENEWAL))) {
      return;
    }
    try {
      if (Files.isDirectory(folder)) {
        write(fingerprint, now);
        written = fingerprint;
        writtenAt = now;
        failing = false;
      }
    } catch (IOException e) {
      failed(e);
    }
  }

  private void write(String fingerprint, Instant now) throws IOException {
    if (!Files.exists(own, NOFOLLOW_LINKS)) {
      Files.createFile(own, DurableFile.ownerOnly());
      Files.setLastModifiedTime(own, FileTime.from(now));
      removeLeftOvers();
    }
    Files.writeString(own, fingerprint, UTF_8);
    Files.setLastModifiedTime(own, FileTime.from(now));
  }

  private void failed(IOException e) {
    written = null;
    if (!failing) {
      failing = true;
      LOG.info(
          "The folder {} cannot be written, so 'tokens create' and 'tokens revoke' do not see this"
              + " service: {}. It follows the tokens file all the same",
          folder,
          DurableFile.reason(e));
    }
  }

  /** Removes files of killed services, so that they do not fill the folder. */
  private void removeLeftOvers() {
    delete(shared);
    List<Path> unused = receipts();
  }

  /** Returns the acknowledgement of each running service, and removes those of killed services. */
  List<String> acknowledged() {
    List<String> fingerprints = new ArrayList<>();
    for (Path receipt : receipts()) {
      try {
        fingerprints.add(read(receipt));
      } catch (NoSuchFileException e) {
        LOG.debug("The service of {} has just ended", receipt, e);
      }
    }
    return fingerprints;
  }

  /** Returns the files of running services, and removes the others. */
  private List<Path> receipts() {
    List<Path> found = new ArrayList<>();
    Instant oldest = clock.instant().minus(LIFETIME);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(
        folder, file -> file.getFileName().toString().startsWith(prefix))) {
      for (Path receipt : files) {
        if (isOlder(receipt, oldest)) {
          delete(receipt);
        } else {
          found.add(receipt);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      LOG.debug("The folder {} cannot be listed", folder, e);
    }
    return found;
  }

  private static boolean isOlder(Path receipt, Instant oldest) {
    try {
      return Files.getLastModifiedTime(receipt, NOFOLLOW_LINKS).toInstant().isBefore(oldest);
    } catch (IOException e) {
      LOG.debug("The file {} cannot be looked at", receipt, e);
      return false;
    }
  }

  /** Reads an acknowledgement; empty if the file cannot be read. */
  private static String read(Path receipt) throws NoSuchFileException {
    try {
      return RegularFile.read(receipt, UTF_8);
    } catch (NoSuchFileException e) {
      throw e;
    } catch (IOException e) {
      LOG.debug("The file {} cannot be read", receipt, e);
      return "";
    }
  }

  private static void delete(Path receipt) {
    try {
      Files.deleteIfExists(receipt);
    } catch (IOException e) {
      LOG.debug("The file {} cannot be deleted", receipt, e);
    }
  }

  void leave() {
    delete(own);
  }
}
