package dev.kvstore.http.load;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A keep-alive connection that sends the same request repeatedly. Not thread-safe. */
final class Connection implements AutoCloseable {
  private final Socket socket;
  private final InputStream in;
  private final byte[] request;
  private final int expected;
  private final StringBuilder line = new StringBuilder();

  Connection(int port, String request, int expected) throws IOException {
    this.socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    this.in = new BufferedInputStream(socket.getInputStream(), 16 * 1024);
    this.request = request.getBytes(StandardCharsets.ISO_8859_1);
    this.expected = expected;
  }

  /** Sends the request and reads the whole response. */
  void exchange() throws IOException {
    socket.getOutputStream().write(request);
    String status = line();
    int length = 0;
    for (String header = line(); !header.isEmpty(); header = line()) {
      if (header.regionMatches(true, 0, "Content-Length:", 0, 15)) {
        length = Integer.parseInt(header.substring(15).strip());
      }
    }
    if (Integer.parseInt(status.substring(9, 12)) != expected) {
      throw new IOException("Expected " + expected + ", got: " + status);
    }
    if (expected != 304) {
      in.skipNBytes(length);
    }
  }

  private String line() throws IOException {
    line.setLength(0);
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new EOFException("The connection was closed");
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
