package dev.kvstore.http.server;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVException;
import dev.kvstore.http.auth.Access;
import dev.kvstore.http.auth.AccessControl;
import dev.kvstore.http.auth.Principal;
import dev.kvstore.http.error.ErrorKind;
import dev.kvstore.http.error.Problem;
import dev.kvstore.http.error.ProblemException;
import dev.kvstore.http.limits.Load;
import dev.kvstore.http.limits.Room;
import dev.kvstore.http.limits.Workers;
import dev.kvstore.http.net.AllowedHosts;
import dev.kvstore.http.net.Cors;
import dev.kvstore.http.net.RequestHeads;
import dev.kvstore.http.net.RequestIds;
import dev.kvstore.http.route.ReadConsistency;
import dev.kvstore.http.route.RequestContext;
import dev.kvstore.http.route.ResourceHandler;
import dev.kvstore.http.route.ResourcePath;
import dev.kvstore.http.route.Route;
import dev.kvstore.http.route.RouteTable;
import dev.kvstore.http.route.Suspension;
import dev.kvstore.http.wire.Format;
import dev.kvstore.http.wire.RequestBodies;
import dev.kvstore.http.wire.RequestBody;
import dev.kvstore.http.wire.ResponseWriter;
import dev.kvstore.spi.EntryDatabase;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.thread.Scheduler;
import org.slf4j.MDC;

/**
 * Dispatches all requests. The path is resolved by the {@link RouteTable}, not by Javalin, which
 * would decode it first. The method is that of the request line; override headers are ignored.
 *
 * <p>A request has no thread until it is authorized and its body was received, nor while its
 * response waits for the reader. In between it is executed by one of the {@link Workers}.
 */
record Dispatcher(
    EntryDatabase database,
    AccessControl accessControl,
    Cors cors,
    Failures failures,
    Load load,
    AllowedHosts hosts,
    RouteTable routes,
    RefusalLog refusals)
    implements Handler {
  /** The name of the request's id in the log. */
  private static final String REQUEST_ID = "requestId";

  @Override
  public void handle(Context javalin) {
    javalin.skipRemainingHandlers();
    refusals.flushIfDue();
    String requestId = RequestIds.of(javalin.req().getHeader(RequestIds.HEADER));
    MDC.put(REQUEST_ID, requestId);
    try {
      failures.setCommonHeaders(javalin.req(), javalin.res(), requestId);
      begin(javalin.req(), javalin.res());
      if (javalin.req().isAsyncStarted()) {
        // The code that started async processing also completes it. Without a future, Javalin would
        // complete it now.
        javalin.future(CompletableFuture::new);
      }
    } finally {
      MDC.remove(REQUEST_ID);
    }
  }

  private void begin(HttpServletRequest request, HttpServletResponse response) {
    RequestContext context = null;
    try {
      context = context(request, response);
      if (!isAnswered(context)) {
        receive(context);
      }
    } catch (IOException | RuntimeException | Error e) {
      failures.refuse(request, response, context, e);
    }
  }

  private RequestContext context(HttpServletRequest request, HttpServletResponse response) {
    ResourcePath path = path(request);
    Route route = path.route();
    request.setAttribute(RequestRecords.ROUTE, route);
    Principal principal = admit(request, access(request, route));
    principal.name().ifPresent(name -> request.setAttribute(RequestRecords.TOKEN_NAME, name));
    String client = AccessControl.client(request, principal);
    Room room = load.room(client, RequestContext.isWrite(request), whenAnswered(request));
    Runnable recheck = () -> accessControl.recheck(request, principal);
    return new RequestContext(request, response, path, principal, database, recheck, client, room);
  }

  private static Consumer<Runnable> whenAnswered(HttpServletRequest request) {
    return action ->
        Request.addCompletionListener(RequestContext.core(request), failure -> action.run());
  }

  /** Returns the access rule. Browsers send preflight requests without a token. */
  private Access access(HttpServletRequest request, Route route) {
    return cors.isPreflight(request) ? Access.PUBLIC : route.access();
  }

  /** Resolves the path. The caller is authenticated before an error in the path is reported. */
  private ResourcePath path(HttpServletRequest request) {
    try {
      checkUri(RequestContext.core(request).getHttpURI());
      return routes.resolve(request.getRequestURI());
    } catch (ProblemException | InvalidInputException e) {
      admit(request, Access.DATA);
      throw e;
    }
  }

  private static void checkUri(HttpURI uri) {
    if (RequestHeads.UNREADABLE_PATH.equals(uri.getPath())) {
      throw new ProblemException(
          ErrorKind.INVALID_KEY,
          "The path does not begin with '/', or has a broken percent-encoding, a control character,"
              + " or '..' segments that lead out of it");
    }
    if (uri.getFragment() != null || uri.getUser() != null) {
      throw new ProblemException(
          ErrorKind.BAD_REQUEST,
          "The address has a user name, or a fragment: write a '#' that belongs to a key as %23");
    }
  }

  private Principal admit(HttpServletRequest request, Access access) {
    if (access != Access.PROBE && accessControl.isOpenToAll()) {
      hosts.check(request);
    }
    return accessControl.admit(request, access);
  }

  /**
   * Refuses an unauthorized request, and answers one that needs no blocking. Returns true if it was
   * answered.
   */
  private boolean isAnswered(RequestContext context) throws IOException {
    Route route = context.path().route();
    String method = context.method();
    if (!route.methods().contains(method)) {
      throw new ProblemException(
          new Problem(ErrorKind.METHOD_NOT_ALLOWED, "Allowed here: " + route.allow())
              .with("allow", route.allow())
              .withHeader("Allow", route.allow()));
    }
    accessControl.authorize(
        context.principal(),
        access(context.request(), route),
        context.method(),
        context.store(),
        context.key());
    if (method.equals("OPTIONS")) {
      context.header("Allow", route.allow());
      cors.allowRequest(context.request(), context.response(), route.allow());
      if (route.methods().contains("PATCH")) {
        context.header("Accept-Patch", Format.MERGE_PATCH);
      }
      ResponseWriter.answerEmpty(context, 204);
      return true;
    }
    if (context.isWrite()) {
      cors.refuseForeign(context.request());
    }
    context.demand(ReadConsistency.of(context.request()));
    if (route.handler().isInMemory()) {
      route.handler().handle(context);
      return true;
    }
    return false;
  }

  /**
   * Receives the body, if there is one, then executes the request. The body of a read has no
   * meaning and is not read, because a client without a token could exhaust memory with it. The
   * server then closes the connection.
   */
  private void receive(RequestContext context) throws IOException {
    HttpServletRequest request = context.request();
    if (!context.isWrite() || !RequestBody.isIn(request)) {
      execute(context);
      return;
    }
    long maxBytes = context.path().route().maxBodyBytes();
    if (request.getContentLengthLong() > maxBytes) {
      throw RequestBodies.tooLarge(request.getContentLengthLong(), maxBytes);
    }
    RequestBody.read(
        context,
        maxBytes,
        () -> execute(context),
        failure -> end(context, failure, true),
        scheduler(request));
  }

  /** Executes the request on this thread, or later on another. */
  private void execute(RequestContext context) {
    ResourceHandler handler = context.path().route().handler();
    Runnable work = load.inTurn(context.client(), () -> run(context, handler));
    Runnable stopped = load.inTurn(context.client(), () -> end(context, stopped(), false));
    if (context.isAsync() || !load.requests().tryAcquire(context.client())) {
      context.startAsync();
      load.requests()
          .await(
              context.client(),
              scheduler(context.request()),
              () -> load.workers().runLater(work, stopped),
              () -> end(context, tooMany(), false));
    } else if (!load.workers().runNow(work)) {
      context.startAsync();
      load.workers().runLater(work, stopped);
    }
  }

  private void run(RequestContext context, ResourceHandler handler) {
    MDC.put(REQUEST_ID, context.response().getHeader(RequestIds.HEADER));
    try {
      handler.handle(context);
      Suspension waiting = context.takeSuspension();
      if (waiting == null) {
        context.complete();
      } else {
        context.startAsync();
        // From here on another thread may continue the request.
        waiting.await(() -> goOn(context, waiting));
      }
    } catch (IOException | RuntimeException | Error e) {
      end(context, e, false);
    } finally {
      MDC.remove(REQUEST_ID);
    }
  }

  private void goOn(RequestContext context, Suspension rest) {
    load.goOn(context.client(), () -> run(context, rest), () -> end(context, stopped(), false));
  }

  private void end(RequestContext context, Throwable failure, boolean close) {
    failures.answer(context.request(), context.response(), context, failure, close);
  }

  private static KVException stopped() {
    return new KVException(ErrorCode.CLOSED, "The service has stopped");
  }

  private static ProblemException tooMany() {
    return new ProblemException(new Problem(
            ErrorKind.TOO_MANY_REQUESTS, "As many requests as one client may have are under way")
        .withHeader("Retry-After", "1"));
  }

  private static Scheduler scheduler(HttpServletRequest request) {
    return RequestContext.core(request).getComponents().getScheduler();
  }
}
