package dev.kvstore.http.api.events;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kvstore.http.TestService;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A reader of an event stream over a socket, controlled by a test. */
public final class EventReader implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * A received event.
   *
   * @param id null if there is none
   */
  public record Event(@Nullable String id, String type, JsonNode data) {
    String key() {
      return data.path("key").asText();
    }

    long version() {
      return data.path("version").asLong();
    }

    @Override
    public String toString() {
      return type.equals("set") ? key() + "=v" + version() : (type + " " + key()).strip();
    }
  }

  private final Socket socket;
  private final InputStream in;
  private final int status;
  private final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
  private int leftOfChunk;
  private boolean complete;
  private @Nullable String lastId;

  private EventReader(Socket socket, String path, String... lines) throws IOException {
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream());
    StringBuilder head = new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: test\r\n");
    for (String line : lines) {
      head.append(line).append("\r\n");
    }
    socket.getOutputStream().write(head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
    this.status = Integer.parseInt(rawLine().split(" ", -1)[1]);
    for (String line = rawLine(); !line.isEmpty(); line = rawLine()) {
      int colon = line.indexOf(':');
      headers.put(line.substring(0, colon), line.substring(colon + 1).strip());
    }
  }

  /** Sends the request and reads the head of the response. */
  public static EventReader open(TestService service, String path, String... headers) {
    try {
      return new EventReader(service.connect(), path, headers);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Like {@link #open}, on a connection with a small receive buffer. */
  static EventReader openNarrow(TestService service, String path) {
    try {
      return new EventReader(service.connectNarrow(), path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static EventReader resume(TestService service, String path, @Nullable String lastId) {
    return open(service, path, "Last-Event-ID: " + lastId);
  }

  int status() {
    return status;
  }

  Map<String, String> headers() {
    return headers;
  }

  /** Returns the last event id. */
  @Nullable
  String lastId() {
    return lastId;
  }

  /** Returns the next event, skipping comments. */
  public Event next() {
    try {
      Event event = null;
      while (event == null) {
        event = block();
      }
      return event;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public List<String> next(int count) {
    List<String> events = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      events.add(next().toString());
    }
    return events;
  }

  /** Returns the next line, including comments. */
  String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = read(); b != '\n'; b = read()) {
      if (b < 0) {
        throw new EOFException("The stream has ended");
      }
      line.write(b);
    }
    return line.toString(StandardCharsets.UTF_8);
  }

  /** Reads to the end. Returns true if the stream ended properly. */
  boolean endsComplete() {
    try {
      while (read() >= 0) {
        // skip the rest
      }
      return complete;
    } catch (IOException e) {
      return false;
    }
  }

  /** Returns the rest of the stream. */
  String rest() {
    ByteArrayOutputStream rest = new ByteArrayOutputStream();
    try {
      for (int b = read(); b >= 0; b = read()) {
        rest.write(b);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return rest.toString(StandardCharsets.UTF_8);
  }

  String problemCode() throws IOException {
    int length = Integer.parseInt(String.valueOf(headers.get("Content-Length")));
    return JSON.readTree(in.readNBytes(length)).path("code").asText();
  }

  private @Nullable Event block() throws IOException {
    String type = "message";
    String data = null;
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(": ");
      String value = colon < 0 ? "" : line.substring(colon + 2);
      switch (line.substring(0, Math.max(0, colon))) {
        case "id" -> lastId = value;
        case "event" -> type = value;
        case "data" -> data = value;
        default -> {
          // a comment
        }
      }
    }
    return data == null ? null : new Event(lastId, type, JSON.readTree(data));
  }

  /** Returns the next byte of the body, -1 at its end. */
  private int read() throws IOException {
    if (complete) {
      return -1;
    }
    if (leftOfChunk == 0) {
      // The terminator of the previous chunk may arrive only with this one.
      String size = rawLine();
      size = size.isEmpty() ? rawLine() : size;
      leftOfChunk = Integer.parseInt(size, 16);
      if (leftOfChunk == 0) {
        rawLine();
        complete = true;
        return -1;
      }
    }
    int b = in.read();
    leftOfChunk--;
    if (b < 0) {
      throw new EOFException("The connection has ended within the body");
    }
    return b;
  }

  private String rawLine() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new EOFException("The connection has ended");
      }
      if (b != '\r') {
        line.write(b);
      }
    }
    return line.toString(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
