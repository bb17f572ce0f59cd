package dev.kvstore.client.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A node whose event streams are controlled by the test. */
public final class EventService implements AutoCloseable {
  private final BlockingQueue<Stream> asked = new LinkedBlockingQueue<>();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final ServerSocket server;

  public EventService() {
    try {
      server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    daemon(this::accept);
  }

  private static void daemon(Runnable work) {
    Thread thread = new Thread(work, "event-service");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    while (true) {
      try {
        Socket socket = server.accept();
        open.add(socket);
        daemon(() -> read(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void read(Socket socket) {
    try {
      asked.add(new Stream(socket));
    } catch (IOException e) {
      // The client disconnected before sending a request.
    }
  }

  public URI uri() {
    return URI.create("http://127.0.0.1:" + server.getLocalPort());
  }

  /** Returns the next request. */
  public Stream next() throws InterruptedException {
    Stream next = asked.poll(30, TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("Nobody asks for events");
    }
    return next;
  }

  /** Returns the number of pending requests. */
  public int waiting() {
    return asked.size();
  }

  /** A request and the stream of its response. */
  public static final class Stream {
    private final Socket socket;
    private final String target;
    private final Map<String, String> headers = new TreeMap<>();

    Stream(Socket socket) throws IOException {
      this.socket = socket;
      BufferedReader in = new BufferedReader(
          new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
      String first = in.readLine();
      if (first == null) {
        throw new SocketException("No request");
      }
      target = List.of(first.split(" ", -1)).get(1);
      for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
        int colon = line.indexOf(':');
        headers.put(
            line.substring(0, colon).toLowerCase(Locale.ROOT),
            line.substring(colon + 1).strip());
      }
    }

    public String target() {
      return target;
    }

    @Nullable
    public String header(String name) {
      return headers.get(name.toLowerCase(Locale.ROOT));
    }

    /** Starts a response with these events; more can follow. */
    public Stream begin(String... events) {
      return raw("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nKV-Request-Id: "
              + header("KV-Request-Id") + "\r\nConnection: close\r\n\r\n")
          .send(events);
    }

    /** Responds without events. */
    public void refuse(int status, String... lines) {
      String more = lines.length == 0 ? "" : String.join("\r\n", lines) + "\r\n";
      raw("HTTP/1.1 " + status + " -\r\nContent-Length: 0\r\nConnection: close\r\n" + more
          + "\r\n");
      cut();
    }

    public Stream send(String... events) {
      for (String event : events) {
        raw(event + "\n\n");
      }
      return this;
    }

    public Stream raw(String text) {
      return bytes(new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
    }

    /** Sends text whose characters are bytes. */
    public Stream bytes(String text) {
      try {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return this;
    }

    public void cut() {
      try {
        socket.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** Waits until the other side has closed the connection. */
    public void awaitEnd() throws IOException {
      socket.setSoTimeout(30_000);
      try {
        while (socket.getInputStream().read() >= 0) {
          // ignored
        }
      } catch (SocketException e) {
        // A reset is an end, too.
      }
    }
  }

  public static String id(long position) {
    return String.format(Locale.ROOT, "%016x", position);
  }

  public static String ready(long position) {
    return "id: " + id(position) + "\nevent: ready\ndata: {\"syncToken\":\"" + id(position) + "\"}";
  }

  public static String set(String key, long version, long position) {
    return changed("set", key, version, "\"e" + version + "\"", position);
  }

  public static String changed(String type, String key, long version, String etag, long position) {
    return "id: " + id(position) + "\nevent: " + type + "\ndata: {\"key\":\"" + key
        + "\",\"version\":" + version + ",\"etag\":" + etag + ",\"syncToken\":\"" + id(position)
        + "\"}";
  }

  public static String current(long millis, long position) {
    return ": current " + millis + "\nid: " + id(position);
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket socket : open) {
      socket.close();
    }
  }
}
