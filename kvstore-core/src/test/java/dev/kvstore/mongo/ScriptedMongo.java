package dev.kvstore.mongo;

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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;

/**
 * A server that speaks MongoDB's wire protocol as far as the driver needs it, introduces itself as
 * a 4.4, answers what the script says, and keeps what it was sent. A command for which the script
 * has nothing is answered with an error.
 */
final class ScriptedMongo implements AutoCloseable {
  private static final int OP_REPLY = 1;
  private static final int OP_QUERY = 2004;
  private static final int OP_MSG = 2013;

  /** What the driver does for itself, and what needs no script. */
  private static final Set<String> ROUTINE = Set.of(
      "hello", "isMaster", "ismaster", "ping", "endSessions", "killCursors", "createIndexes");

  private final ServerSocket server;
  private final boolean replicaSet;
  private final int maxWireVersion;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final Deque<Answer> script = new ArrayDeque<>();
  private final List<BsonDocument> sent = new ArrayList<>();
  private final List<String> surprises = new ArrayList<>();

  private ScriptedMongo(boolean replicaSet, int maxWireVersion) {
    this.replicaSet = replicaSet;
    this.maxWireVersion = maxWireVersion;
    try {
      server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    start(this::accept);
  }

  static ScriptedMongo replicaSet() {
    return new ScriptedMongo(true, 9);
  }

  static ScriptedMongo standalone() {
    return new ScriptedMongo(false, 9);
  }

  static ScriptedMongo ofWireVersion(int version) {
    return new ScriptedMongo(false, version);
  }

  /** What is done about one command. */
  private record Answer(
      String command, Action action, Function<BsonDocument, BsonDocument> reply) {}

  private enum Action {
    REPLY,
    HANG_UP,
    SILENCE
  }

  ScriptedMongo reply(String command, BsonDocument reply) {
    return reply(command, any -> reply);
  }

  ScriptedMongo reply(String command, Function<BsonDocument, BsonDocument> reply) {
    return add(new Answer(command, Action.REPLY, reply));
  }

  /** Closes the connection in place of a reply. */
  ScriptedMongo hangUp(String command) {
    return add(new Answer(command, Action.HANG_UP, any -> any));
  }

  /** Never replies. */
  ScriptedMongo silence(String command) {
    return add(new Answer(command, Action.SILENCE, any -> any));
  }

  private ScriptedMongo add(Answer answer) {
    synchronized (script) {
      script.add(answer);
    }
    return this;
  }

  String uri() {
    return "mongodb://127.0.0.1:" + server.getLocalPort() + "/rec"
        + (replicaSet ? "?replicaSet=rs0" : "");
  }

  /** Returns the commands that came, without the driver's own. */
  List<BsonDocument> sent() {
    synchronized (script) {
      assertNoSurprises();
      return List.copyOf(sent);
    }
  }

  List<BsonDocument> sent(String command) {
    return sent().stream().filter(document -> document.containsKey(command)).toList();
  }

  private void assertNoSurprises() {
    if (!surprises.isEmpty()) {
      throw new AssertionError("The script has no answer for " + surprises);
    }
  }

  @Override
  public void close() {
    try {
      server.close();
      for (Socket socket : sockets) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(task, "scripted-mongo");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = server.accept();
        sockets.add(socket);
        start(() -> serve(socket));
      }
    } catch (SocketException e) {
      // Closed.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      DataInputStream in = new DataInputStream(socket.getInputStream());
      while (true) {
        ByteBuffer message = read(in);
        int requestId = message.getInt();
        message.getInt();
        int opCode = message.getInt();
        BsonDocument command = opCode == OP_QUERY ? query(message) : body(message);
        Answer answer = answer(command);
        if (answer.action() == Action.HANG_UP) {
          return;
        }
        if (answer.action() == Action.REPLY) {
          BsonDocument reply = answer.reply().apply(command);
          socket.getOutputStream().write(encode(requestId, opCode, reply));
        }
      }
    } catch (EOFException | SocketException e) {
      // The driver hung up.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Answer answer(BsonDocument command) {
    String name = command.getFirstKey();
    synchronized (script) {
      Answer answer = script.peek();
      boolean scripted = answer != null && answer.command().equals(name);
      if (!scripted && ROUTINE.contains(name)) {
        return new Answer(name, Action.REPLY, any -> routine(name));
      }
      sent.add(command);
      if (answer == null || !scripted) {
        surprises.add(name);
        return new Answer(name, Action.REPLY, any -> error(59, "CommandNotFound"));
      }
      return script.remove();
    }
  }

  private BsonDocument routine(String name) {
    return name.equalsIgnoreCase("isMaster") || name.equals("hello") ? hello() : ok();
  }

  private BsonDocument hello() {
    BsonDocument hello = ok().append("ismaster", BsonBoolean.TRUE)
        .append("helloOk", BsonBoolean.TRUE)
        .append("maxBsonObjectSize", new BsonInt32(16 * 1024 * 1024))
        .append("maxMessageSizeBytes", new BsonInt32(48_000_000))
        .append("maxWriteBatchSize", new BsonInt32(100_000))
        .append("logicalSessionTimeoutMinutes", new BsonInt32(30))
        .append("minWireVersion", new BsonInt32(0))
        .append("maxWireVersion", new BsonInt32(maxWireVersion));
    if (replicaSet) {
      BsonString self = new BsonString("127.0.0.1:" + server.getLocalPort());
      hello
          .append("setName", new BsonString("rs0"))
          .append("setVersion", new BsonInt32(1))
          .append("secondary", BsonBoolean.FALSE)
          .append("hosts", new BsonArray(List.of(self)))
          .append("primary", self)
          .append("me", self);
    }
    return hello;
  }

  static BsonDocument ok() {
    return new BsonDocument("ok", new BsonDouble(1));
  }

  static BsonDocument error(int code, String name) {
    return new BsonDocument("ok", new BsonDouble(0))
        .append("errmsg", new BsonString("scripted"))
        .append("code", new BsonInt32(code))
        .append("codeName", new BsonString(name));
  }

  static BsonDocument found(BsonDocument... documents) {
    return ok().append(
            "cursor",
            new BsonDocument("firstBatch", new BsonArray(List.of(documents)))
                .append("id", new org.bson.BsonInt64(0))
                .append("ns", new BsonString("rec.settings")));
  }

  private static ByteBuffer read(DataInputStream in) throws IOException {
    byte[] length = new byte[4];
    in.readFully(length);
    int size = ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getInt();
    byte[] rest = new byte[size - 4];
    in.readFully(rest);
    return ByteBuffer.wrap(rest).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static BsonDocument query(ByteBuffer message) {
    message.getInt();
    skipCString(message);
    message.getLong();
    return document(message);
  }

  /** Puts the documents that came in a sequence of their own where the command has them. */
  private static BsonDocument body(ByteBuffer message) {
    message.getInt();
    BsonDocument command = new BsonDocument();
    BsonDocument sequences = new BsonDocument();
    while (message.hasRemaining()) {
      if (message.get() == 0) {
        command = document(message);
      } else {
        int end = message.position() + message.getInt();
        int from = message.position();
        skipCString(message);
        byte[] name = new byte[message.position() - from - 1];
        message.get(from, name);
        BsonArray documents = new BsonArray();
        while (message.position() < end) {
          documents.add(document(message));
        }
        sequences.put(new String(name, java.nio.charset.StandardCharsets.UTF_8), documents);
      }
    }
    command.putAll(sequences);
    return command;
  }

  private static void skipCString(ByteBuffer message) {
    byte next;
    do {
      next = message.get();
    } while (next != 0);
  }

  private static BsonDocument document(ByteBuffer message) {
    byte[] bytes = new byte[message.getInt(message.position())];
    message.get(bytes);
    return new RawBsonDocument(bytes).decode(new BsonDocumentCodec());
  }

  private static byte[] encode(int responseTo, int opCode, BsonDocument reply) {
    ByteBuffer body =
        new RawBsonDocument(reply, new BsonDocumentCodec()).getByteBuffer().asNIO();
    boolean legacy = opCode == OP_QUERY;
    int length = 16 + (legacy ? 20 : 5) + body.remaining();
    ByteBuffer out = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(length).putInt(0).putInt(responseTo).putInt(legacy ? OP_REPLY : OP_MSG);
    if (legacy) {
      out.putInt(8).putLong(0).putInt(0).putInt(1);
    } else {
      out.putInt(0).put((byte) 0);
    }
    return out.put(body).array();
  }
}
