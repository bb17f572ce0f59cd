package dev.kvstore.http;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.core.joran.spi.JoranException;
import java.net.URL;
import java.util.Locale;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import picocli.CommandLine.Option;

/** What the service writes to its log, which is the standard error, and how. */
final class LogOptions {
  @Option(
      names = "--log-level",
      paramLabel = "LEVEL",
      description = "How much to log: error, warn, info or debug (${DEFAULT-VALUE}).")
  private Level level = Level.INFO;

  @Option(
      names = "--log-format",
      paramLabel = "FORMAT",
      description = "How to log: text, or a line of json for each event (${DEFAULT-VALUE}).")
  private Format format = Format.TEXT;

  @Option(
      names = "--access-log",
      arity = "0..1",
      paramLabel = "true|false",
      fallbackValue = "true",
      description = "Log each request: who, what kind and how it ended; no keys, no values.")
  private boolean accessLog;

  /** A form of the log. */
  enum Format {
    TEXT("logback.xml"),
    JSON("logback-json.xml");

    private final String configuration;

    Format(String configuration) {
      this.configuration = configuration;
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  boolean accessLog() {
    return accessLog;
  }

  /** Lets the whole process log like this from now on. */
  void apply() {
    if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
      return;
    }
    URL configuration = LogOptions.class.getResource("/" + format.configuration);
    context.reset();
    context.putProperty("kvstore.log.level", level.name());
    JoranConfigurator configurator = new JoranConfigurator();
    configurator.setContext(context);
    try {
      configurator.doConfigure(configuration);
    } catch (JoranException e) {
      throw new IllegalStateException("The configuration of the log is broken", e);
    }
  }
}
