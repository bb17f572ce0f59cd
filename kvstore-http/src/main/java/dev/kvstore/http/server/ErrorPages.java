package dev.kvstore.http.server;

import dev.kvstore.http.error.ErrorKind;
import dev.kvstore.http.error.Problem;
import dev.kvstore.http.error.Problems;
import dev.kvstore.http.net.AnswerHeaders;
import dev.kvstore.http.net.RequestIds;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Responses to requests that Jetty refuses before any handler is called: problem documents like all
 * other errors, never HTML pages.
 */
final class ErrorPages implements Request.Handler {
  /** Jetty's path for an unreadable request line. */
  private static final String UNREAD = "/badMessage";

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    write(request, response, callback, problem(request, response));
    return true;
  }

  private static Problem problem(Request request, Response response) {
    if (request.getAttribute(ErrorHandler.ERROR_EXCEPTION) instanceof HttpException failure) {
      return Problems.ofStatus(failure.getCode(), failure.getReason());
    }
    Object message = request.getAttribute(ErrorHandler.ERROR_MESSAGE);
    Problem problem =
        Problems.ofStatus(response.getStatus(), message instanceof String text ? text : null);
    // While stopping, the server refuses requests before they are handled.
    return problem.kind() == ErrorKind.UNAVAILABLE && !HttpMethod.GET.is(request.getMethod())
        ? problem.with("outcome", "not-done")
        : problem;
  }

  private static void write(
      Request request, Response response, Callback callback, Problem problem) {
    HttpField known = response.getHeaders().getField(RequestIds.HEADER);
    String requestId = known != null
        ? known.getValue()
        : RequestIds.of(request.getHeaders().get(RequestIds.HEADER));
    byte[] body = problem.toJson(instance(request), requestId);
    response.setStatus(problem.kind().status());
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, Problem.MEDIA_TYPE);
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
    response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
    AnswerHeaders.set(request, requestId, response.getHeaders()::put);
    problem.headers().forEach(response.getHeaders()::put);
    boolean head = HttpMethod.HEAD.is(request.getMethod());
    response.write(true, head ? null : ByteBuffer.wrap(body), callback);
  }

  private static @Nullable String instance(Request request) {
    String path = request.getHttpURI() == null ? null : request.getHttpURI().getPath();
    return UNREAD.equals(path) ? null : path;
  }
}
