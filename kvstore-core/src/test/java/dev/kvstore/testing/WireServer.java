package dev.kvstore.testing;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.jspecify.annotations.Nullable;

/**
 * A server with the parts of MongoDB's wire protocol that the driver needs, on its own loopback
 * port, with a thread per connection. A test can make it fail like a server or a network.
 * Thread-safe.
 */
public final class WireServer implements AutoCloseable {
  /** Handles commands, concurrently. */
  public interface Commands {
    /**
     * Returns the reply, {@link #SILENCE} for none, or null to drop the connection. Documents in a
     * sequence beside the command are merged into the command.
     */
    @Nullable
    BsonDocument answer(BsonDocument command) throws InterruptedException;

    /** Returns the hello reply of the server at this address; by default, that of a primary. */
    default BsonDocument hello(String address) {
      return helloOfPrimary(address);
    }
  }

  /** No reply, on a connection that stays open: an empty document. */
  public static final BsonDocument SILENCE = new BsonDocument();

  /** The wire version of MongoDB 4.4. */
  public static final int WIRE_VERSION = 9;

  private static final int OP_REPLY = 1;
  private static final int OP_QUERY = 2004;
  private static final int OP_MSG = 2013;
  private static final int HEADER = 16;
  private static final String SET_NAME = "rs0";
  private static final BsonDocumentCodec CODEC = new BsonDocumentCodec();

  private final ServerSocket socket;
  private final Commands commands;
  private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
  private volatile boolean refusing;
  private boolean frozen; // guarded by this

  public WireServer(Commands commands) {
    this.commands = commands;
    try {
      socket = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    start(this::accept);
  }

  /** Returns a connection string for the replica set of {@link #helloOfPrimary}. */
  public String uri() {
    return "mongodb://" + address() + "/?replicaSet=" + SET_NAME;
  }

  /** Returns host and port. */
  public String address() {
    return "127.0.0.1:" + socket.getLocalPort();
  }

  /** Returns the hello reply of a standalone server. */
  public static BsonDocument helloOfStandalone(int maxWireVersion) {
    return BsonDocument.parse("{ok: 1.0, helloOk: true, ismaster: true, isWritablePrimary: true,"
        + " maxBsonObjectSize: 16777216, maxMessageSizeBytes: 48000000,"
        + " maxWriteBatchSize: 100000, logicalSessionTimeoutMinutes: 30,"
        + " minWireVersion: 0, maxWireVersion: " + maxWireVersion + "}");
  }

  /** Returns the hello reply of the primary of a replica set without other members. */
  public static BsonDocument helloOfPrimary(String address) {
    BsonDocument hello = helloOfStandalone(WIRE_VERSION);
    hello.putAll(BsonDocument.parse("{setName: '%s', setVersion: 1, secondary: false,"
        .concat(" hosts: ['%2$s'], primary: '%2$s', me: '%2$s'}")
        .formatted(SET_NAME, address)));
    return hello;
  }

  /** Stops executing and answering commands, like a suspended process. */
  public synchronized void freeze() {
    frozen = true;
  }

  /** Continues with everything that was sent in the meantime. */
  public synchronized void thaw() {
    frozen = false;
    notifyAll();
  }

  /** Drops every connection. */
  public void disconnect() {
    connections.forEach(WireServer::close);
  }

  /** Drops every connection, and each new one immediately. */
  public void refuse() {
    refusing = true;
    disconnect();
  }

  /** Sets whether new connections are accepted again after {@link #refuse}. */
  public void accept(boolean accepting) {
    refusing = !accepting;
  }

  /** Idempotent. */
  @Override
  public void close() {
    refusing = true;
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    disconnect();
    thaw();
  }

  private void accept() throws IOException {
    while (true) {
      Socket connection = socket.accept();
      connection.setTcpNoDelay(true);
      connections.add(connection);
      if (refusing) {
        connections.remove(connection);
        close(connection);
      } else {
        start(() -> serve(connection));
      }
    }
  }

  private static void close(Socket connection) {
    try {
      connection.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void serve(Socket connection) throws IOException, InterruptedException {
    try (connection) {
      DataInputStream in = new DataInputStream(connection.getInputStream());
      while (true) {
        ByteBuffer header = read(in, HEADER);
        int length = header.getInt();
        int request = header.getInt();
        header.getInt();
        boolean legacy = header.getInt() == OP_QUERY;
        ByteBuffer body = read(in, length - HEADER);
        awaitThaw();
        BsonDocument answer = answer(legacy ? ofQuery(body) : ofMessage(body));
        awaitThaw();
        if (answer == null) {
          return;
        }
        if (!answer.isEmpty()) {
          connection.getOutputStream().write(reply(request, legacy, answer));
        }
      }
    } finally {
      connections.remove(connection);
    }
  }

  private @Nullable BsonDocument answer(BsonDocument command) throws InterruptedException {
    String name = command.getFirstKey();
    return name.equals("hello") || name.equalsIgnoreCase("isMaster")
        ? commands.hello(address())
        : commands.answer(command);
  }

  private synchronized void awaitThaw() throws InterruptedException {
    while (frozen) {
      wait();
    }
  }

  private static ByteBuffer read(DataInputStream in, int length) throws IOException {
    byte[] bytes = new byte[length];
    in.readFully(bytes);
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static BsonDocument ofQuery(ByteBuffer body) {
    body.getInt(); // flags
    cString(body); // the collection
    body.getLong(); // numbers to skip and to return
    return document(body);
  }

  private static BsonDocument ofMessage(ByteBuffer body) {
    int flags = body.getInt();
    if (flags != 0) {
      throw new IllegalStateException("No flags are understood, these are " + flags);
    }
    BsonDocument command = new BsonDocument();
    BsonDocument sequences = new BsonDocument();
    while (body.hasRemaining()) {
      if (body.get() == 0) {
        command = document(body);
      } else {
        int end = body.position() + body.getInt();
        String name = cString(body);
        BsonArray documents = new BsonArray();
        while (body.position() < end) {
          documents.add(document(body));
        }
        sequences.put(name, documents);
      }
    }
    command.putAll(sequences);
    return command;
  }

  private static String cString(ByteBuffer body) {
    int from = body.position();
    while (body.get() != 0) {
      // up to its end
    }
    byte[] name = new byte[body.position() - from - 1];
    body.get(from, name);
    return new String(name, StandardCharsets.UTF_8);
  }

  private static BsonDocument document(ByteBuffer body) {
    byte[] bytes = new byte[body.getInt(body.position())];
    body.get(bytes);
    return new RawBsonDocument(bytes).decode(CODEC);
  }

  private static byte[] reply(int to, boolean legacy, BsonDocument answer) {
    ByteBuffer document = new RawBsonDocument(answer, CODEC).getByteBuffer().asNIO();
    int length = HEADER + (legacy ? 20 : 5) + document.remaining();
    ByteBuffer reply = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    reply.putInt(length).putInt(0).putInt(to).putInt(legacy ? OP_REPLY : OP_MSG);
    if (legacy) {
      reply.putInt(8).putLong(0).putInt(0).putInt(1);
    } else {
      reply.putInt(0).put((byte) 0);
    }
    return reply.put(document).array();
  }

  private interface Work {
    void run() throws IOException, InterruptedException;
  }

  private static void start(Work work) {
    Thread thread = new Thread(
        () -> {
          try {
            work.run();
          } catch (SocketException | EOFException e) {
            // Either side has closed the connection.
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        },
        "wire-server");
    thread.setDaemon(true);
    thread.start();
  }
}
