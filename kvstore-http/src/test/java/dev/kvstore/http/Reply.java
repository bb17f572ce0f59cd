package dev.kvstore.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kvstore.http.error.Problem;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.bson.BsonDocument;
import org.bson.RawBsonDocument;
import org.jspecify.annotations.Nullable;

/** A response received over a socket. */
public final class Reply {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final int status;
  private final Map<String, String> headers;
  private final byte[] body;
  private final boolean complete;

  private Reply(int status, Map<String, String> headers, byte[] body, boolean complete) {
    this.status = status;
    this.headers = headers;
    this.body = body;
    this.complete = complete;
  }

  public static Reply read(InputStream stream, boolean head) throws IOException {
    DataInputStream in = new DataInputStream(stream);
    String statusLine = line(in);
    int status = Integer.parseInt(statusLine.split(" ", -1)[1]);
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    readHeaders(in, headers);
    if (status == 100) {
      return read(stream, head);
    }
    if (head || status == 204 || status == 304) {
      return new Reply(status, headers, new byte[0], true);
    }
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    boolean complete = readBody(in, headers, body);
    return new Reply(status, headers, body.toByteArray(), complete);
  }

  /** Reads headers, or trailers. */
  private static void readHeaders(DataInputStream in, Map<String, String> headers)
      throws IOException {
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      int colon = line.indexOf(':');
      headers.merge(
          line.substring(0, colon), line.substring(colon + 1).strip(), (a, b) -> a + ", " + b);
    }
  }

  private static boolean readBody(
      DataInputStream in, Map<String, String> headers, ByteArrayOutputStream body)
      throws IOException {
    String length = headers.get("Content-Length");
    if (length != null) {
      byte[] bytes = in.readNBytes(Integer.parseInt(length));
      body.write(bytes);
      return bytes.length == Integer.parseInt(length);
    }
    if (!"chunked".equals(headers.get("Transfer-Encoding"))) {
      body.write(in.readAllBytes());
      return true;
    }
    try {
      while (true) {
        int size = Integer.parseInt(line(in), 16);
        if (size == 0) {
          readHeaders(in, headers);
          return true;
        }
        byte[] chunk = new byte[size];
        in.readFully(chunk);
        body.write(chunk);
        line(in);
      }
    } catch (EOFException e) {
      return false;
    }
  }

  private static String line(DataInputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (byte b = in.readByte(); b != '\n'; b = in.readByte()) {
      if (b != '\r') {
        line.write(b);
      }
    }
    return line.toString(StandardCharsets.UTF_8);
  }

  public int status() {
    return status;
  }

  public Map<String, String> headers() {
    return headers;
  }

  /** Returns true if the body ended as announced by its headers. */
  public boolean complete() {
    return complete;
  }

  @Nullable
  public String header(String name) {
    return headers.get(name);
  }

  /** Returns the etag without its quotes. */
  public String etag() {
    String etag = String.valueOf(header("ETag"));
    return etag.substring(1, etag.length() - 1);
  }

  public byte[] bytes() {
    return body;
  }

  /** Returns the body without the trailing newline. */
  public String text() {
    String text = new String(body, StandardCharsets.UTF_8);
    return text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
  }

  public JsonNode json() {
    try {
      return JSON.readTree(body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public BsonDocument bson() {
    return new RawBsonDocument(body);
  }

  /** Returns the code of a problem; empty if this is not one. */
  public String code() {
    return String.valueOf(header("Content-Type"))
            .toLowerCase(Locale.ROOT)
            .equals(Problem.MEDIA_TYPE)
        ? json().path("code").asText()
        : "";
  }

  @Override
  public String toString() {
    return status + " " + headers + "\n" + text();
  }
}
