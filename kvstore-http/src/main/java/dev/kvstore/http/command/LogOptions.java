package dev.kvstore.http.command;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import dev.kvstore.UnavailableException;
import dev.kvstore.http.logging.Logging;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/** The options for the log, which goes to the standard error. */
final class LogOptions {
  @Option(
      names = "--log-level",
      paramLabel = "LEVEL",
      description = "The log level: error, warn, info or debug (${DEFAULT-VALUE}).")
  private org.slf4j.event.Level level = org.slf4j.event.Level.INFO;

  @Option(
      names = "--log-format",
      paramLabel = "FORMAT",
      description = "The log format: text, or json, which is one Elastic Common Schema object"
          + " per line (${DEFAULT-VALUE}).")
  private Logging.Format format = Logging.Format.TEXT;

  @Option(
      names = "--access-log",
      arity = "0..1",
      paramLabel = "true|false",
      fallbackValue = "true",
      description = "Log each request with its client, route and status, without keys and values.")
  private boolean accessLog;

  @Option(
      names = "--audit-log",
      paramLabel = "FILE",
      description = "Append audit events to this file, one JSON object per line, instead of to the"
          + " log. Created for its owner only.")
  private @Nullable Path auditLog;

  boolean accessLog() {
    return accessLog;
  }

  /**
   * Configures the logging of the whole process.
   *
   * @throws UnavailableException if the audit log cannot be written
   */
  void apply() {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      Logging.configure(context, format, Level.convertAnSLF4JLevel(level), auditLog);
    }
  }
}
