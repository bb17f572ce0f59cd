package dev.kvstore.http.command;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import dev.kvstore.http.logging.Logging;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/** What the service writes to its log, which is the standard error, and how. */
final class LogOptions {
  @Option(
      names = "--log-level",
      paramLabel = "LEVEL",
      description = "How much to log: error, warn, info or debug (${DEFAULT-VALUE}).")
  private org.slf4j.event.Level level = org.slf4j.event.Level.INFO;

  @Option(
      names = "--log-format",
      paramLabel = "FORMAT",
      description = "How to log: text, or json in the Elastic Common Schema, a line for each event"
          + " (${DEFAULT-VALUE}).")
  private Logging.Format format = Logging.Format.TEXT;

  @Option(
      names = "--access-log",
      arity = "0..1",
      paramLabel = "true|false",
      fallbackValue = "true",
      description = "Log each request: who, what kind and how it ended; no keys, no values.")
  private boolean accessLog;

  boolean accessLog() {
    return accessLog;
  }

  /** Makes the whole process log like this from now on. */
  void apply() {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      Logging.configure(context, format, Level.convertAnSLF4JLevel(level));
    }
  }
}
