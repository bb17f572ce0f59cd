package dev.kvstore.http.logging;

import static java.nio.charset.StandardCharsets.UTF_8;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.kvstore.UnavailableException;
import dev.kvstore.internal.files.DurableFile;
import dev.kvstore.internal.files.FileTrust;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file of audit events. It is opened for each line, so that it may be renamed, truncated or
 * deleted at any time; later lines go to the file that then has the name, or to a new one. A line
 * that cannot be written goes to the service's log.
 */
final class AuditFile extends AppenderBase<ILoggingEvent> {
  private static final Logger LOG = LoggerFactory.getLogger(AuditFile.class);

  private static final Set<StandardOpenOption> APPEND =
      Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);

  private final Path file;

  private AuditFile(Path file) {
    this.file = file;
  }

  /**
   * Opens a file for appending lines; a new one is for its owner only.
   *
   * @throws UnavailableException if it cannot be written, or users other than its owner could
   *     change it
   */
  static AuditFile open(Path file) {
    try {
      FileTrust.ofProcess().sharing().require("The audit log", file);
      if (Files.exists(file) && !Files.isRegularFile(file)) {
        throw new FileSystemException(file.toString(), null, "it is not a regular file");
      }
      AuditFile opened = new AuditFile(file);
      opened.write("");
      return opened;
    } catch (IOException e) {
      throw new UnavailableException(
          "The audit log " + file + " cannot be written: " + DurableFile.reason(e), e);
    }
  }

  @Override
  protected void append(ILoggingEvent event) {
    try {
      write(event.getFormattedMessage() + "\n");
    } catch (IOException e) {
      LOG.error(
          "The audit log {} cannot be written: {}. The line is: {}",
          file,
          DurableFile.reason(e),
          event.getFormattedMessage());
    }
  }

  private void write(String text) throws IOException {
    try (FileChannel channel = FileChannel.open(file, APPEND, DurableFile.ownerOnly())) {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }
  }
}
