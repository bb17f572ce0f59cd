package dev.kvstore.http.logging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.kvstore.UnavailableException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

@DisabledOnOs(OS.WINDOWS)
class AuditFileTest {
  @TempDir
  private Path folder;

  private final LoggerContext context = new LoggerContext();
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("audit.log");
  }

  /** Opens the audit log without affecting the logging of the tests themselves. */
  private void open() {
    Logging.configure(context, Logging.Format.TEXT, Level.ERROR, file);
  }

  private void log(String line) {
    context.getLogger(AuditEvent.LOGGER).info("{}", line);
  }

  @Test
  void file_isForItsOwnerOnly_andIsThereBeforeTheFirstLine() throws Exception {
    open();

    assertThat(file).isEmptyFile();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void lines_areAppended_whateverTheLevelOfTheLog() throws Exception {
    Files.writeString(file, "before\n");
    open();
    log("{\"n\":1}");
    log("{\"n\":2}");

    assertThat(file).hasContent("before\n{\"n\":1}\n{\"n\":2}\n");
  }

  @Test
  void file_thatIsRenamedOrTruncated_isGoneOnWith() throws Exception {
    open();
    log("1");
    Files.move(file, folder.resolve("audit.log.1"));
    log("2");
    assertThat(folder.resolve("audit.log.1")).hasContent("1\n");
    assertThat(file).hasContent("2\n");

    Files.writeString(file, "");
    log("3");
    assertThat(file).hasContent("3\n");
  }

  @Test
  void line_thatCannotBeWritten_isInTheServicesLog() throws Exception {
    Logger logger = (Logger) LoggerFactory.getLogger(AuditFile.class);
    ListAppender<ILoggingEvent> appender = new ListAppender<>();
    appender.start();
    logger.addAppender(appender);
    try {
      open();
      Files.delete(file);
      Files.createDirectory(file);
      log("{\"n\":1}");
    } finally {
      logger.detachAppender(appender);
    }

    assertThat(appender.list).hasSize(1);
    assertThat(appender.list.get(0).getFormattedMessage())
        .contains(file + " cannot be written", "{\"n\":1}");
  }

  @Test
  void open_whatIsNoFile_orMayBeChangedByOthers_fails() throws Exception {
    Path given = file;
    file = folder;
    assertThatThrownBy(this::open)
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("not a regular file");

    file = Files.writeString(given, "");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
    assertThatThrownBy(this::open)
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("The audit log " + file, "chmod");

    file = folder.resolve("none").resolve("audit.log");
    assertThatThrownBy(this::open)
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("does not exist");
  }
}
