package dev.kvstore.client.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.kvstore.client.HttpSettings;
import dev.kvstore.client.TestStores;
import dev.kvstore.testing.RawStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/** A service that responds as scripted by a test, and records requests. */
public final class ScriptedService implements AutoCloseable {
  public final List<Request> requests = new CopyOnWriteArrayList<>();

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer server;
  private final Function<Request, Reply> script;

  public ScriptedService(Function<Request, Reply> script) {
    this.script = script;
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  public static ScriptedService answering(Reply reply) {
    return new ScriptedService(request -> reply);
  }

  public URI uri() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** Returns a store without retries. */
  public RawStore store() {
    return store(HttpSettings.DEFAULT);
  }

  public RawStore store(HttpSettings settings) {
    return RawStore.of(TestStores.trying(1, settings, uri()));
  }

  public Request onlyRequest() {
    if (requests.size() != 1) {
      throw new AssertionError("Not one request but " + requests);
    }
    return requests.get(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      Request request = new Request(
          exchange.getRequestMethod(),
          exchange.getRequestURI().toString(),
          exchange.getRequestHeaders(),
          body.length == 0 ? null : Bodies.parse(body));
      requests.add(request);
      Reply reply = script.apply(request);
      if (reply == Reply.CUT) {
        return;
      }
      reply.headers.forEach(exchange.getResponseHeaders()::set);
      exchange.sendResponseHeaders(
          reply.status, reply.body().length == 0 ? -1 : reply.body().length);
      exchange.getResponseBody().write(reply.body());
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
