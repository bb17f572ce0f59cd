package dev.kvstore.client.testing;

import dev.kvstore.client.HttpSettings;
import dev.kvstore.client.TestStores;
import dev.kvstore.testing.RawStore;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A service that a test can make misbehave on the wire. */
public final class RawService implements AutoCloseable {
  /** Handles a request after it was completely read. */
  public interface Script {
    /** Responds or not; the number counts requests from 1. */
    void answer(Socket connection, int number) throws Exception;
  }

  public final AtomicInteger connections = new AtomicInteger();
  public final AtomicInteger requests = new AtomicInteger();

  private final Semaphore closed = new Semaphore(0);
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final ServerSocket server;

  public RawService(Script script) {
    try {
      server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    threads.execute(() -> {
      while (!server.isClosed()) {
        try {
          Socket connection = server.accept();
          connections.incrementAndGet();
          open.add(connection);
          threads.execute(() -> serve(connection, script));
        } catch (IOException e) {
          return;
        }
      }
    });
  }

  public URI uri() {
    return URI.create("http://127.0.0.1:" + server.getLocalPort());
  }

  /** Returns a store without retries. */
  public RawStore store() {
    return store(HttpSettings.DEFAULT);
  }

  public RawStore store(HttpSettings settings) {
    return RawStore.of(TestStores.trying(1, settings, uri()));
  }

  /** Waits until one more connection is closed, on both sides. */
  public void awaitConnectionClosed() throws InterruptedException {
    if (!closed.tryAcquire(10, TimeUnit.SECONDS)) {
      throw new AssertionError("The connection stays open");
    }
  }

  /** Responds like an ordinary service and keeps the connection open. */
  public static void write(Socket connection, Reply reply) throws IOException {
    StringBuilder head = new StringBuilder("HTTP/1.1 " + reply.status + " -\r\n");
    reply.headers.forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
    head.append("Content-Length: " + reply.body().length + "\r\n\r\n");
    connection.getOutputStream().write(head.toString().getBytes(StandardCharsets.ISO_8859_1));
    connection.getOutputStream().write(reply.body());
    connection.getOutputStream().flush();
  }

  private void serve(Socket connection, Script script) {
    try (connection) {
      InputStream in = new BufferedInputStream(connection.getInputStream());
      while (readRequest(in)) {
        script.answer(connection, requests.incrementAndGet());
      }
    } catch (Exception e) {
      // The test observes the effect on its own side.
    } finally {
      closed.release();
    }
  }

  /** Reads a whole request. Returns false if there was none. */
  private static boolean readRequest(InputStream in) throws IOException {
    int length = 0;
    String line = readLine(in);
    if (line.isEmpty()) {
      return false;
    }
    while (!line.isEmpty()) {
      if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
        length = Integer.parseInt(line.substring(line.indexOf(':') + 1).strip());
      }
      line = readLine(in);
    }
    return in.readNBytes(length).length == length;
  }

  private static String readLine(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
      if (b != '\r') {
        line.append((char) b);
      }
    }
    return line.toString();
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket connection : open) {
      connection.close();
    }
    threads.shutdownNow();
  }
}
