package dev.kvstore.http.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import dev.kvstore.UnavailableException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Configures the log, which goes to the standard error. Written in Java because reading XML takes a
 * noticeable part of the startup time. Logback finds this class as a service, so it logs text until
 * {@link #configure(LoggerContext, Format, Level, Path)} is called.
 */
public final class Logging extends ContextAwareBase implements Configurator {
  private static final String PATTERN =
      "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %logger{0} - %msg"
          + "%replace( [%X{requestId}]){' \\[\\]$', ''}%replace( %kvp){' $', ''}%n";

  public enum Format {
    /** A line of text for each event. */
    TEXT,
    /** A JSON object in the Elastic Common Schema for each event, one per line. */
    JSON;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    configure(context, Format.TEXT, Level.INFO, null);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  /**
   * Sets the log format of the whole process and the level of the service's own loggers.
   *
   * @param auditLog the file for audit events; null to write them to the common log
   * @throws UnavailableException if that file cannot be written, or other users could change it
   */
  public static void configure(
      LoggerContext context, Format format, Level level, @Nullable Path auditLog) {
    AuditFile auditFile = auditLog == null ? null : AuditFile.open(auditLog);
    context.reset();
    Encoder<ILoggingEvent> encoder = format == Format.TEXT ? text(context) : new EcsEncoder();
    encoder.setContext(context);
    encoder.start();
    ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
    appender.setContext(context);
    appender.setName("stderr");
    appender.setTarget("System.err");
    appender.setEncoder(encoder);
    appender.start();
    ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.WARN);
    root.addAppender(appender);
    context.getLogger("dev.kvstore").setLevel(level);
    ch.qos.logback.classic.Logger audit = context.getLogger(AuditEvent.LOGGER);
    audit.setLevel(Level.INFO);
    if (auditFile != null) {
      auditFile.setContext(context);
      auditFile.start();
      audit.addAppender(auditFile);
      audit.setAdditive(false);
    }
    context.getLogger("org.eclipse.jetty.http").setLevel(Level.ERROR);
    // This logger logs the Host header of clients.
    context.getLogger("org.eclipse.jetty.util.HostPort").setLevel(Level.ERROR);
  }

  private static LayoutWrappingEncoder<ILoggingEvent> text(LoggerContext context) {
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setCharset(StandardCharsets.UTF_8);
    encoder.setPattern(PATTERN);
    return encoder;
  }
}
