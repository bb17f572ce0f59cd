package dev.kvstore.http;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.slf4j.LoggerFactory;

/** Collects the lines of the audit log while it is open. */
public final class AuditLines implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Logger logger = (Logger) LoggerFactory.getLogger("kvstore.audit");
  private final ListAppender<ILoggingEvent> appender = new ListAppender<>();

  private AuditLines() {
    appender.list = new CopyOnWriteArrayList<>();
    appender.start();
    logger.setLevel(Level.INFO);
    logger.addAppender(appender);
  }

  public static AuditLines listen() {
    return new AuditLines();
  }

  public List<JsonNode> all() {
    return appender.list.stream().map(AuditLines::parse).toList();
  }

  public String text() {
    return appender.list.stream()
        .map(ILoggingEvent::getFormattedMessage)
        .collect(Collectors.joining("\n"));
  }

  private static JsonNode parse(ILoggingEvent event) {
    try {
      return JSON.readTree(event.getFormattedMessage());
    } catch (JsonProcessingException e) {
      throw new AssertionError("Not JSON: " + event.getFormattedMessage(), e);
    }
  }

  @Override
  public void close() {
    logger.detachAppender(appender);
  }
}
