package dev.kvstore.http;

import dev.kvstore.InvalidInputException;
import dev.kvstore.KVException;
import dev.kvstore.http.auth.Principal;
import dev.kvstore.spi.EntryDatabase;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Every request comes here. The path is read by {@link Target}, not by Javalin, which would decode
 * it first; and the method is the one on the request line, not one that a header claims.
 */
final class Api implements Handler {
  private static final Logger LOG = LoggerFactory.getLogger(Api.class);

  /** More of a body that was refused is not worth reading to keep the connection. */
  private static final int MAX_DRAINED_BYTES = 16 * 1024 * 1024;

  /** What the log calls the id of the request. */
  private static final String REQUEST_ID = "requestId";

  private static final Duration MAX_DRAINING = Duration.ofSeconds(5);

  private final EntryDatabase database;
  private final Gate gate;
  private final Cors cors;
  private final AllowedHosts hosts;
  private final Map<Resource, ResourceHandler> handlers;

  Api(
      EntryDatabase database,
      Gate gate,
      Cors cors,
      AllowedHosts hosts,
      Map<Resource, ResourceHandler> handlers) {
    this.database = database;
    this.gate = gate;
    this.cors = cors;
    this.hosts = hosts;
    this.handlers = handlers;
  }

  @Override
  public void handle(Context context) {
    context.skipRemainingHandlers();
    String requestId = RequestIds.of(context.req().getHeader(RequestIds.HEADER));
    MDC.put(REQUEST_ID, requestId);
    try {
      handle(context.req(), context.res(), requestId);
      if (context.req().isAsyncStarted()) {
        // Who has started that ends it, too; without a future Javalin would, now.
        context.future(CompletableFuture::new);
      }
    } finally {
      MDC.remove(REQUEST_ID);
    }
  }

  private void handle(HttpServletRequest request, HttpServletResponse response, String requestId) {
    setCommonHeaders(request, response, requestId);
    Exchange exchange = null;
    try {
      exchange = exchange(request, response);
      route(exchange);
    } catch (IOException | RuntimeException | Error e) {
      answer(request, response, requestId, exchange, e);
    }
  }

  private void answer(
      HttpServletRequest request,
      HttpServletResponse response,
      String requestId,
      @Nullable Exchange exchange,
      Throwable failure) {
    try {
      fail(request, response, requestId, exchange, failure);
    } catch (IOException e) {
      LOG.debug("An error could not be answered", e);
    }
  }

  private Exchange exchange(HttpServletRequest request, HttpServletResponse response) {
    Target target = target(request);
    Resource resource = target.resource();
    request.setAttribute(RequestRecords.RESOURCE, resource);
    Principal principal = admit(request, access(request, resource));
    principal.name().ifPresent(name -> request.setAttribute(RequestRecords.TOKEN_NAME, name));
    return new Exchange(
        request, response, target, principal, database, () -> gate.recheck(request, principal));
  }

  /** Browsers ask without a token whether they may send one. */
  private Access access(HttpServletRequest request, Resource resource) {
    return cors.isPreflight(request) ? Access.PUBLIC : resource.access(request.getMethod());
  }

  /** What is wrong with a path is told to those alone who may ask for anything. */
  private Target target(HttpServletRequest request) {
    try {
      return Target.parse(request.getRequestURI());
    } catch (ProblemException | InvalidInputException e) {
      admit(request, Access.DATA);
      throw e;
    }
  }

  private Principal admit(HttpServletRequest request, Access access) {
    if (access != Access.PROBE && gate.isOpenToAll()) {
      hosts.check(request);
    }
    return gate.admit(request, access);
  }

  private void route(Exchange exchange) throws IOException {
    Resource resource = exchange.target().resource();
    String method = exchange.method();
    if (!resource.allows(method)) {
      throw new ProblemException(
          new Problem(ErrorKind.METHOD_NOT_ALLOWED, "Allowed here: " + resource.allow())
              .with("allow", resource.allow())
              .withHeader("Allow", resource.allow()));
    }
    gate.authorize(exchange, access(exchange.request(), resource));
    if (method.equals("OPTIONS")) {
      exchange.header("Allow", resource.allow());
      cors.allowRequest(exchange.request(), exchange.response(), resource.allow());
      if (resource.allows("PATCH")) {
        exchange.header("Accept-Patch", Format.MERGE_PATCH);
      }
      exchange.answerEmpty(204);
      return;
    }
    if (isWrite(exchange.request())) {
      CrossOrigin.refuse(exchange.request(), cors);
    }
    exchange.demand(Freshness.of(exchange.request()));
    ResourceHandler handler = handlers.get(resource);
    if (handler == null) {
      throw new IllegalStateException("No handler for " + resource);
    }
    handler.handle(exchange);
  }

  private void setCommonHeaders(
      HttpServletRequest request, HttpServletResponse response, String requestId) {
    cors.allowAnswer(request, response);
    response.setHeader(RequestIds.HEADER, requestId);
    String match = RequestIds.toRepeat(request.getHeader(RequestIds.MATCH));
    if (match != null) {
      response.setHeader(RequestIds.MATCH, match);
    }
    response.setHeader("X-Content-Type-Options", "nosniff");
  }

  private void fail(
      HttpServletRequest request,
      HttpServletResponse response,
      String requestId,
      @Nullable Exchange exchange,
      Throwable failure)
      throws IOException {
    Problem problem = Problems.of(failure, isWrite(request));
    log(request, problem, failure);
    if (response.isCommitted()) {
      abort(request);
      return;
    }
    response.reset();
    setCommonHeaders(request, response, requestId);
    if (exchange != null) {
      tellPosition(exchange);
      if (exchange.isReplayed()) {
        exchange.tellReplayed();
      }
    }
    problem.headers().forEach(response::setHeader);
    if (!canDrain(request)) {
      response.setHeader("Connection", "close");
    }
    byte[] body = problem.toJson(request.getRequestURI(), requestId);
    response.setStatus(problem.kind().status());
    response.setContentType(Problem.MEDIA_TYPE);
    response.setContentLength(body.length);
    response.setHeader("Cache-Control", "no-store");
    response.getOutputStream().write(body);
    response.flushBuffer();
    drain(request);
  }

  private static void tellPosition(Exchange exchange) {
    try {
      exchange.tellPosition();
    } catch (KVException e) {
      LOG.debug("The store does not tell its position any more", e);
    }
  }

  private static boolean isWrite(HttpServletRequest request) {
    return !request.getMethod().equals("GET") && !request.getMethod().equals("HEAD");
  }

  private static void log(HttpServletRequest request, Problem problem, Throwable failure) {
    if (failure instanceof IOException) {
      LOG.debug("The connection failed", failure);
    } else if (problem.kind() == ErrorKind.UNAVAILABLE && failure instanceof KVException) {
      LOG.warn(
          "{} {} was answered with 503: {}",
          request.getMethod(),
          shown(request),
          failure.getMessage());
    } else if (problem.kind() == ErrorKind.INTERNAL) {
      LOG.error("{} {} failed", request.getMethod(), shown(request), failure);
    }
  }

  /** The path as it can stand in a log: on one line. */
  private static String shown(HttpServletRequest request) {
    return request.getRequestURI().replaceAll("[^!-~]", "?");
  }

  /** Ends the connection, so that nobody takes the half of an answer for the whole. */
  static void abort(HttpServletRequest request) {
    ServletContextRequest.getServletContextRequest(request)
        .getConnectionMetaData()
        .getConnection()
        .getEndPoint()
        .close();
  }

  /** Tells whether what is left of the body, if anything, is little enough to be read. */
  private static boolean canDrain(HttpServletRequest request) {
    return request.getHeader("Transfer-Encoding") == null
        && request.getHeader("Expect") == null
        && request.getContentLengthLong() <= MAX_DRAINED_BYTES;
  }

  /**
   * Reads what is left of the body, after the answer was sent and however much it is, for a while:
   * many clients read the answer only once they have sent all, and closing the connection before
   * would take it from them (RFC 9112, 9.6). Who waits to be told to go on sends nothing.
   */
  private static void drain(HttpServletRequest request) {
    if (request.getHeader("Expect") != null) {
      return;
    }
    long end = System.nanoTime() + MAX_DRAINING.toNanos();
    byte[] buffer = new byte[16 * 1024];
    try {
      InputStream body = request.getInputStream();
      int count = 0;
      while (count >= 0 && System.nanoTime() - end < 0) {
        count = body.read(buffer);
      }
    } catch (IOException | RuntimeException e) {
      LOG.debug("The rest of a body could not be read", e);
    }
  }
}
