package dev.kvstore.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A tunnel that forwards bytes without parsing them, and on each connection changes one byte or
 * closes the connection there.
 */
final class GarblingTunnel implements AutoCloseable {
  private static final int MOST_UNTOUCHED_BYTES = 30_000;

  private final AtomicInteger garbled = new AtomicInteger();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final ServerSocket server;
  private final int service;
  private final Random random;

  GarblingTunnel(int service, long seed) {
    this.service = service;
    this.random = new Random(seed);
    try {
      server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    threads.execute(this::accept);
  }

  URI uri() {
    return URI.create("https://127.0.0.1:" + server.getLocalPort());
  }

  int garbled() {
    return garbled.get();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        Socket backend = new Socket(InetAddress.getLoopbackAddress(), service);
        open.add(client);
        open.add(backend);
        pump(client, backend);
        pump(backend, client);
      } catch (IOException e) {
        return;
      }
    }
  }

  private synchronized void pump(Socket from, Socket to) {
    int untouched = random.nextInt(MOST_UNTOUCHED_BYTES);
    boolean cut = random.nextBoolean();
    threads.execute(() -> {
      try (from;
          to) {
        pass(from.getInputStream(), to, untouched, cut);
      } catch (IOException e) {
        // One side has disconnected, so close both.
      }
    });
  }

  private void pass(InputStream from, Socket to, int untouched, boolean cut) throws IOException {
    byte[] buffer = new byte[8 * 1024];
    int left = untouched;
    for (int count = from.read(buffer); count >= 0; count = from.read(buffer)) {
      boolean here = left >= 0 && left < count;
      if (here && cut) {
        to.getOutputStream().write(buffer, 0, left);
        return;
      }
      if (here) {
        buffer[left] ^= 0x20;
        garbled.incrementAndGet();
      }
      left -= count;
      to.getOutputStream().write(buffer, 0, count);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    threads.shutdownNow();
    for (Socket socket : open) {
      socket.close();
    }
  }
}
