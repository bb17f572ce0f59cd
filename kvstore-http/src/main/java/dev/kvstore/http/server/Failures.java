package dev.kvstore.http.server;

import dev.kvstore.KVException;
import dev.kvstore.http.error.ErrorKind;
import dev.kvstore.http.error.Problem;
import dev.kvstore.http.error.Problems;
import dev.kvstore.http.net.AnswerHeaders;
import dev.kvstore.http.net.Cors;
import dev.kvstore.http.net.LingeringClose;
import dev.kvstore.http.net.RequestHeads;
import dev.kvstore.http.net.RequestIds;
import dev.kvstore.http.route.RequestContext;
import dev.kvstore.http.wire.RequestBody;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the responses to requests that end with an exception, without waiting for their readers.
 * Thread-safe.
 */
record Failures(Cors cors, RefusalLog refusals) {
  /**
   * The statuses after which the connection is closed: unknown clients and misdirected requests.
   */
  private static final Set<Integer> CLOSING = Set.of(401, 421);

  private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

  /** The maximum length of a path in a response; no valid key needs a longer one. */
  private static final int MAX_INSTANCE = 4096;

  /** The statuses of callers without permission. */
  private static final Set<Integer> REFUSED = Set.of(401, 403);

  /** Sets the headers of all responses. */
  void setCommonHeaders(
      HttpServletRequest request, HttpServletResponse response, String requestId) {
    cors.allowAnswer(request, response);
    AnswerHeaders.set(RequestContext.core(request), requestId, response::setHeader);
  }

  /**
   * Sends the error and completes the response.
   *
   * @param context null if the caller or the resource is unknown
   * @param close true to close the connection after the response, without reading the rest of the
   *     request
   */
  void answer(
      HttpServletRequest request,
      HttpServletResponse response,
      @Nullable RequestContext context,
      Throwable failure,
      boolean close) {
    byte[] body = prepare(request, response, context, failure);
    if (body != null) {
      if (close) {
        response.setHeader("Connection", "close");
      }
      write(request, response, body);
    }
    if (context != null) {
      context.takeBack();
      context.complete();
    }
  }

  private static void write(HttpServletRequest request, HttpServletResponse response, byte[] body) {
    if (request.getMethod().equals("HEAD")) {
      response.setContentLength(body.length);
      return;
    }
    try {
      // Make the buffer large enough that the server sends the response only after the request was
      // handled.
      response.setBufferSize(Math.max(response.getBufferSize(), body.length + 1));
      response.getOutputStream().write(body);
    } catch (IOException e) {
      LOG.debug("An error could not be answered", e);
    }
  }

  /** Like {@link #answer}, before the body of the request was read; the body is discarded. */
  void refuse(
      HttpServletRequest request,
      HttpServletResponse response,
      @Nullable RequestContext context,
      Throwable failure) {
    if (request.isAsyncStarted() || !RequestBody.isSentUnasked(request)) {
      answer(request, response, context, failure, RequestBody.isIn(request));
      return;
    }
    byte[] body = prepare(request, response, context, failure);
    if (body != null) {
      response.setHeader("Connection", "close");
      response.setContentLength(body.length);
      AsyncContext async = context == null ? request.startAsync() : context.handOver();
      async.setTimeout(0);
      try {
        LingeringClose.start(async, request, body);
      } catch (IOException e) {
        LOG.debug("An error could not be answered", e);
      }
    }
  }

  /**
   * Sets the status and the headers and returns the body; null if the response was already sent.
   */
  private byte @Nullable [] prepare(
      HttpServletRequest request,
      HttpServletResponse response,
      @Nullable RequestContext context,
      Throwable failure) {
    Problem problem = Problems.of(failure, RequestContext.isWrite(request));
    log(request, problem, failure);
    if (REFUSED.contains(problem.kind().status())) {
      refusals.add(request, context == null ? "" : context.store(), problem.kind());
    }
    if (response.isCommitted()) {
      RequestContext.abort(request);
      return null;
    }
    String requestId = String.valueOf(response.getHeader(RequestIds.HEADER));
    response.reset();
    setCommonHeaders(request, response, requestId);
    if (context != null) {
      tellPosition(context);
      if (context.isReplayed()) {
        context.tellReplayed();
      }
    }
    problem.headers().forEach(response::setHeader);
    if (CLOSING.contains(problem.kind().status())) {
      // Do not serve further requests that such a client has already sent.
      response.setHeader("Connection", "close");
    }
    response.setStatus(problem.kind().status());
    response.setContentType(Problem.MEDIA_TYPE);
    response.setHeader("Cache-Control", "no-store");
    String path = request.getRequestURI();
    boolean shown = path.length() <= MAX_INSTANCE && !path.equals(RequestHeads.UNREADABLE_PATH);
    return problem.toJson(shown ? path : null, requestId);
  }

  private static void tellPosition(RequestContext context) {
    try {
      context.tellPosition();
    } catch (KVException e) {
      LOG.debug("The store does not tell its position any more", e);
    }
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

  /** Returns the path for a log, on one line. */
  private static String shown(HttpServletRequest request) {
    return request.getRequestURI().replaceAll("[^!-~]", "?");
  }
}
