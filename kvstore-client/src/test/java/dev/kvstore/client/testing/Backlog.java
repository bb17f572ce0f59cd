package dev.kvstore.client.testing;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** Fills the accept queue of a server that accepts nothing, so that the next connection hangs. */
public final class Backlog implements Closeable {
  private final List<Socket> waiting = new ArrayList<>();
  private final ServerSocket server;

  private Backlog(ServerSocket server) {
    this.server = server;
  }

  public static Backlog fill(ServerSocket server) throws IOException {
    Backlog backlog = new Backlog(server);
    for (int i = 0; i < 100; i++) {
      Socket socket = new Socket();
      backlog.waiting.add(socket);
      try {
        socket.connect(new InetSocketAddress(server.getInetAddress(), server.getLocalPort()), 200);
      } catch (SocketTimeoutException e) {
        return backlog;
      }
    }
    throw new IOException("The queue takes more than " + backlog.waiting.size());
  }

  public URI uri() {
    return URI.create("http://127.0.0.1:" + server.getLocalPort());
  }

  @Override
  public void close() throws IOException {
    for (Socket socket : waiting) {
      socket.close();
    }
  }
}
