package dev.kvstore.client;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * A proxy between a client and a service that parses only the boundaries of requests and responses,
 * and does the worst that networks and proxies can do to them.
 */
final class ChaosProxy implements AutoCloseable {
  private static final int MOST_DELAY_MILLIS = 50;

  /** The faults of a request and its response. */
  enum Fault {
    NONE,
    DELAYED,
    CUT_BEFORE,
    CUT_AFTER,
    CUT_WITHIN_THE_ANSWER,
    CUT_BUT_DELIVERED_LATER,
    SENT_TWICE,
    SENT_AGAIN_LATER,
    REQUEST_GARBLED,
    ANSWER_GARBLED
  }

  private final Queue<Fault> next = new ArrayDeque<>();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final ServerSocket server;
  private final int service;
  private final Random random;

  /** @param seed the seed of the faults */
  ChaosProxy(int service, long seed) {
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
    return URI.create("http://127.0.0.1:" + server.getLocalPort());
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket client = track(server.accept());
        threads.execute(() -> serve(client));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket client) {
    try (client;
        Socket backend = connect()) {
      InputStream requests = new BufferedInputStream(client.getInputStream());
      InputStream answers = new BufferedInputStream(backend.getInputStream());
      while (pass(client, requests, backend, answers)) {
        // Handle the next one.
      }
    } catch (IOException | InterruptedException e) {
      // One side has disconnected, so close both connections.
    }
  }

  /** Handles one request. Returns true if the connection stays open. */
  private boolean pass(Socket client, InputStream requests, Socket backend, InputStream answers)
      throws IOException, InterruptedException {
    byte[] request = message(requests);
    Fault fault = draw();
    switch (fault) {
      case CUT_BEFORE -> {
        return false;
      }
      case CUT_BUT_DELIVERED_LATER -> {
        deliverLater(request);
        return false;
      }
      case DELAYED -> TimeUnit.MILLISECONDS.sleep(delay());
      case SENT_AGAIN_LATER -> deliverLater(request);
      case SENT_TWICE -> backend.getOutputStream().write(request);
      case REQUEST_GARBLED -> garble(request);
      default -> {}
    }
    backend.getOutputStream().write(request);
    byte[] answer = message(answers);
    switch (fault) {
      case CUT_AFTER -> {
        return false;
      }
      case CUT_WITHIN_THE_ANSWER -> {
        client.getOutputStream().write(answer, 0, answer.length / 2);
        return false;
      }
      case ANSWER_GARBLED -> garble(answer);
      default -> {}
    }
    client.getOutputStream().write(answer);
    if (fault == Fault.SENT_TWICE) {
      client.getOutputStream().write(message(answers));
    }
    return true;
  }

  /**
   * Makes the first line invalid. TCP detects most other corruption, and TLS all of it: see the
   * other test.
   */
  private static void garble(byte[] message) {
    for (int i = 0; i < message.length && message[i] != '\n'; i++) {
      message[i] = message[i] == '/' || message[i] == '.' ? (byte) 0x07 : message[i];
    }
  }

  /**
   * Chooses a fault. Each fault occurs once in a cycle of requests, half of which are undisturbed.
   */
  private synchronized Fault draw() {
    if (next.isEmpty()) {
      List<Fault> faults = new ArrayList<>(List.of(Fault.values()));
      faults.addAll(Collections.nCopies(faults.size(), Fault.NONE));
      Collections.shuffle(faults, random);
      next.addAll(faults);
    }
    return next.remove();
  }

  private synchronized int delay() {
    return random.nextInt(MOST_DELAY_MILLIS);
  }

  private void deliverLater(byte[] request) {
    byte[] copy = request.clone();
    int delay = delay();
    threads.execute(() -> {
      try {
        TimeUnit.MILLISECONDS.sleep(delay);
        deliver(copy);
      } catch (IOException | InterruptedException e) {
        // Nothing waits for the response.
      }
    });
  }

  private void deliver(byte[] request) throws IOException {
    try (Socket backend = connect()) {
      backend.getOutputStream().write(request);
      message(backend.getInputStream());
    }
  }

  private Socket connect() throws IOException {
    return track(new Socket(InetAddress.getLoopbackAddress(), service));
  }

  private Socket track(Socket socket) throws IOException {
    socket.setTcpNoDelay(true);
    open.removeIf(Socket::isClosed);
    open.add(socket);
    return socket;
  }

  /** Reads a request or response, head and body. */
  private static byte[] message(InputStream in) throws IOException {
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    int length = 0;
    String line;
    do {
      line = line(in, message);
      if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
        length = Integer.parseInt(line.substring(line.indexOf(':') + 1).strip());
      }
    } while (!line.isEmpty());
    byte[] body = in.readNBytes(length);
    message.write(body);
    return message.toByteArray();
  }

  private static String line(InputStream in, ByteArrayOutputStream message) throws IOException {
    int start = message.size();
    int b;
    do {
      b = in.read();
      if (b < 0) {
        throw new EOFException();
      }
      message.write(b);
    } while (b != '\n');
    byte[] all = message.toByteArray();
    return new String(Arrays.copyOfRange(all, start, all.length), StandardCharsets.ISO_8859_1)
        .strip();
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
