package dev.kvstore.mongo;

import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.bson.BsonArray;
import org.bson.BsonBinaryWriter;
import org.bson.BsonDocument;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.bson.codecs.EncoderContext;
import org.bson.io.BasicOutputBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What looks to the driver like the primary of a replica set, and answers each command as a test
 * says. It speaks the wire protocol on a port of its own.
 */
final class StreamServer implements Closeable {
  /** Answers a command; null drops the connection without an answer. */
  interface Commands {
    @Nullable
    BsonDocument answer(BsonDocument command);
  }

  private static final int OP_REPLY = 1;
  private static final int OP_QUERY = 2004;
  private static final int OP_MSG = 2013;
  private static final BsonDocumentCodec CODEC = new BsonDocumentCodec();

  private final ServerSocket socket;
  private final Commands commands;
  private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
  private final AtomicInteger replies = new AtomicInteger();

  StreamServer(Commands commands) throws IOException {
    this.commands = commands;
    this.socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start(this::accept, "scripted-server");
  }

  String uri() {
    return "mongodb://127.0.0.1:" + socket.getLocalPort() + "/?replicaSet=rs";
  }

  private void accept() throws IOException {
    while (true) {
      Socket connection = socket.accept();
      connections.add(connection);
      start(() -> serve(connection), "scripted-connection");
    }
  }

  private void serve(Socket connection) throws IOException {
    try (connection) {
      DataInputStream in = new DataInputStream(connection.getInputStream());
      OutputStream out = connection.getOutputStream();
      while (true) {
        ByteBuffer header = read(in, 16);
        int length = header.getInt();
        int request = header.getInt();
        header.getInt();
        int code = header.getInt();
        ByteBuffer body = read(in, length - 16);
        BsonDocument command = code == OP_QUERY ? ofQuery(body) : ofMessage(body);
        BsonDocument answer = command.containsKey("hello")
                || command.containsKey("isMaster")
                || command.containsKey("ismaster")
            ? hello()
            : commands.answer(command);
        if (answer == null) {
          return;
        }
        out.write(reply(request, code == OP_QUERY, answer));
        out.flush();
      }
    } finally {
      connections.remove(connection);
    }
  }

  private static ByteBuffer read(DataInputStream in, int length) throws IOException {
    byte[] bytes = new byte[length];
    in.readFully(bytes);
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static BsonDocument ofQuery(ByteBuffer body) {
    body.getInt();
    while (body.get() != 0) {
      // the collection's name
    }
    body.getInt();
    body.getInt();
    return decode(body);
  }

  private static BsonDocument ofMessage(ByteBuffer body) {
    int flags = body.getInt();
    if (flags != 0) {
      throw new IllegalStateException("No flags are understood, these are " + flags);
    }
    BsonDocument command = new BsonDocument();
    while (body.hasRemaining()) {
      if (body.get() == 0) {
        command.putAll(decode(body));
      } else {
        readSequence(body, command);
      }
    }
    return command;
  }

  /** Reads documents that come beside a command into the member whose name they have. */
  private static void readSequence(ByteBuffer body, BsonDocument command) {
    int end = body.position() + body.getInt();
    StringBuilder name = new StringBuilder();
    for (byte next = body.get(); next != 0; next = body.get()) {
      name.append((char) next);
    }
    BsonArray documents = new BsonArray();
    while (body.position() < end) {
      documents.add(decode(body));
    }
    command.put(name.toString(), documents);
  }

  private static BsonDocument decode(ByteBuffer bytes) {
    byte[] document = new byte[bytes.getInt(bytes.position())];
    bytes.get(document);
    return new RawBsonDocument(document).decode(CODEC);
  }

  private byte[] reply(int to, boolean old, BsonDocument answer) {
    BasicOutputBuffer document = new BasicOutputBuffer();
    try (BsonBinaryWriter writer = new BsonBinaryWriter(document)) {
      CODEC.encode(writer, answer, EncoderContext.builder().build());
    }
    byte[] bytes = document.toByteArray();
    int length = 16 + (old ? 20 : 5) + bytes.length;
    ByteBuffer reply = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    reply.putInt(length).putInt(replies.incrementAndGet()).putInt(to);
    if (old) {
      reply.putInt(OP_REPLY).putInt(8).putLong(0).putInt(0).putInt(1);
    } else {
      reply.putInt(OP_MSG).putInt(0).put((byte) 0);
    }
    return reply.put(bytes).array();
  }

  private BsonDocument hello() {
    String me = "127.0.0.1:" + socket.getLocalPort();
    return BsonDocument.parse(
        "{ok: 1, helloOk: true, ismaster: true, isWritablePrimary: true, setName: 'rs',"
            + " setVersion: 1, hosts: ['" + me + "'], primary: '" + me + "', me: '" + me + "',"
            + " maxBsonObjectSize: 16777216, maxMessageSizeBytes: 48000000,"
            + " maxWriteBatchSize: 100000, logicalSessionTimeoutMinutes: 30,"
            + " minWireVersion: 0, maxWireVersion: 9}");
  }

  /** Drops every connection. */
  void disconnect() {
    for (Socket connection : connections) {
      try {
        connection.close();
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
    disconnect();
  }

  private interface Work {
    void run() throws IOException;
  }

  private static void start(Work work, String name) {
    Thread thread = new Thread(
        () -> {
          try {
            work.run();
          } catch (SocketException | EOFException e) {
            // Either side has closed it.
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
        },
        name);
    thread.setDaemon(true);
    thread.start();
  }
}
