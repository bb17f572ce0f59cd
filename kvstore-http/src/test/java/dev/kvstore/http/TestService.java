package dev.kvstore.http;

import static dev.kvstore.http.Records.with;

import dev.kvstore.HistorySettings;
import dev.kvstore.http.auth.AccessControl;
import dev.kvstore.http.auth.Authenticator;
import dev.kvstore.http.auth.Tokens;
import dev.kvstore.http.command.Backend;
import dev.kvstore.http.metrics.Metrics;
import dev.kvstore.http.server.KVServer;
import dev.kvstore.http.server.ServerSettings;
import dev.kvstore.internal.sqlite.SqliteConfig;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import dev.kvstore.spi.EntryDatabase;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A service over a new file, and a client that sends exactly the given bytes. */
public final class TestService implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 20_000;

  private final EntryDatabase database;
  private final KVServer server;

  private TestService(EntryDatabase database, KVServer server) {
    this.database = database;
    this.server = server;
  }

  public static TestService start(Path folder) {
    return start(folder, ServerSettings.DEFAULT);
  }

  public static TestService start(Path folder, ServerSettings settings) {
    return start(Backend.cached("sqlite", database(folder)), settings);
  }

  /** Returns a new database with the default history settings of a service. */
  public static SqliteEntryDatabase database(Path folder) {
    return SqliteEntryDatabase.open(
        folder.resolve("test.db"), SqliteConfig.DEFAULT.history(HistorySettings.DEFAULT));
  }

  public static TestService start(EntryDatabase database, ServerSettings settings) {
    return new TestService(database, KVServer.start(named(settings), database));
  }

  public static TestService start(EntryDatabase database, AccessControl accessControl) {
    return start(database, ServerSettings.DEFAULT, accessControl);
  }

  public static TestService start(
      EntryDatabase database, ServerSettings settings, AccessControl accessControl) {
    return new TestService(database, KVServer.start(named(settings), database, accessControl));
  }

  public static TestService start(EntryDatabase database, Metrics metrics) {
    Authenticator open = new Authenticator(() -> Tokens.NOT_CONFIGURED, true, Clock.systemUTC());
    AccessControl accessControl = new AccessControl(open, null, true);
    return new TestService(
        database, KVServer.start(named(ServerSettings.DEFAULT), database, accessControl, metrics));
  }

  public static TestService start(
      EntryDatabase database,
      ServerSettings settings,
      AccessControl accessControl,
      Metrics metrics) {
    return new TestService(
        database, KVServer.start(named(settings), database, accessControl, metrics));
  }

  /** Adds the host names that tests send by default. */
  private static ServerSettings named(ServerSettings settings) {
    return settings.web().allowedHosts().isEmpty()
        ? with(settings, "web", with(settings.web(), "allowedHosts", Set.of("test", "x")))
        : settings;
  }

  public KVServer server() {
    return server;
  }

  public Reply get(String path, String... headers) {
    return send("GET", path, null, headers);
  }

  public Reply delete(String path, String... headers) {
    return send("DELETE", path, null, headers);
  }

  public Reply put(String path, String body, String... headers) {
    return send("PUT", path, body.getBytes(StandardCharsets.UTF_8), headers);
  }

  public Reply post(String path, String body, String... headers) {
    return send("POST", path, body.getBytes(StandardCharsets.UTF_8), headers);
  }

  /** Sends one request on a new connection; the headers are whole lines. */
  public Reply send(String method, String path, byte @Nullable [] body, String... headers) {
    StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: test\r\n");
    head.append("Connection: close\r\n");
    for (String header : headers) {
      head.append(header).append("\r\n");
    }
    if (body != null) {
      head.append("Content-Length: ").append(body.length).append("\r\n");
    }
    ByteArrayOutputStream request = new ByteArrayOutputStream();
    request.writeBytes(head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
    request.writeBytes(body == null ? new byte[0] : body);
    return raw(request.toByteArray(), method.equals("HEAD"));
  }

  /** Sends these bytes unchanged. */
  public Reply raw(byte[] request, boolean head) {
    try (Socket socket = connect()) {
      socket.getOutputStream().write(request);
      return Reply.read(socket.getInputStream(), head);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Reply raw(String request) {
    return raw(request.getBytes(StandardCharsets.ISO_8859_1), false);
  }

  public Socket connect() throws IOException {
    return connect(new Socket());
  }

  /** Returns a connection with a small receive buffer. */
  public Socket connectNarrow() throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(8 * 1024);
    return connect(socket);
  }

  public Socket connect(Socket socket) throws IOException {
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
    socket.setSoTimeout(PATIENCE_MILLIS);
    return socket;
  }

  @Override
  public void close() {
    try (database) {
      server.close();
    }
  }
}
