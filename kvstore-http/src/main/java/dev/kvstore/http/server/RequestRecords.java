package dev.kvstore.http.server;

import dev.kvstore.http.auth.Access;
import dev.kvstore.http.metrics.Metrics;
import dev.kvstore.http.net.RequestIds;
import dev.kvstore.http.route.Route;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.Locale;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.RequestLog;
import org.eclipse.jetty.server.Response;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Adds each answered request to the metrics, including those that the server refused before the
 * service handled them, and writes it to the access log, if enabled. Neither contains the path,
 * which has the key, or the query.
 */
record RequestRecords(Metrics metrics, boolean accessLog) implements RequestLog {
  /** The request's attribute with its {@link Route}. */
  static final String ROUTE = "dev.kvstore.resource";

  /** The request's attribute with the name of its token, if any. */
  static final String TOKEN_NAME = "dev.kvstore.token";

  private static final Logger ACCESS = LoggerFactory.getLogger("dev.kvstore.http.access");

  @Override
  public void log(Request request, Response response) {
    Duration duration = Duration.ofNanos(System.nanoTime() - request.getBeginNanoTime());
    String route = label(request.getAttribute(ROUTE));
    metrics.addRequest(route, request.getMethod(), response.getStatus(), duration);
    if (accessLog) {
      logAccess(request, response, route, duration);
    }
  }

  private static void logAccess(
      Request request, Response response, String route, Duration duration) {
    LoggingEventBuilder event = ACCESS
        .atInfo()
        .addKeyValue("requestId", response.getHeaders().get(RequestIds.HEADER))
        .addKeyValue("remote", Request.getRemoteAddr(request))
        .addKeyValue("method", request.getMethod())
        .addKeyValue("route", route)
        .addKeyValue("status", response.getStatus())
        .addKeyValue("bytes", Response.getContentBytesWritten(response))
        .addKeyValue("millis", String.format(Locale.ROOT, "%.1f", duration.toNanos() / 1e6));
    Object token = request.getAttribute(TOKEN_NAME);
    if (token != null) {
      event = event.addKeyValue("token", token);
    }
    event.log("Answered");
  }

  /** Returns the request's route; {@code none} if it is unknown. */
  static String route(HttpServletRequest request) {
    return label(request.getAttribute(ROUTE));
  }

  /** Returns the label of a route; all pages have the same one. */
  private static String label(@Nullable Object route) {
    if (route instanceof Route matched) {
      return matched.access() == Access.PAGE ? "/" : matched.path();
    }
    return "none";
  }
}
