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

/** Answers requests that end with an exception, without waiting for their readers. Thread-safe. */
record Failures(Cors cors, RefusalLog refusals) {
  /** Of clients that are not known, or were led here by another name. */
  private static final Set<Integer> CLOSING = Set.of(401, 421);

  private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

  /** A longer path is left out of the answer: no legal key needs so much. */
  private static final int MAX_INSTANCE = 4096;

  /** Whose caller lacks rights. */
  private static final Set<Integer> REFUSED = Set.of(401, 403);

  /** Sets what all answers have. */
  void setCommonHeaders(
      HttpServletRequest request, HttpServletResponse response, String requestId) {
    cors.allowAnswer(request, response);
    AnswerHeaders.set(RequestContext.core(request), requestId, response::setHeader);
  }

  /**
   * Answers with what went wrong, and completes the answer.
   *
   * @param context null where it is not known who asks for what
   * @param close whether the connection ends with the answer, and what was not read is not
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
      // So that all of it stays in there until the server sends it, after the request was handled.
      response.setBufferSize(Math.max(response.getBufferSize(), body.length + 1));
      response.getOutputStream().write(body);
    } catch (IOException e) {
      LOG.debug("An error could not be answered", e);
    }
  }

  /** Like {@link #answer}, before the body of the request was read, which is not wanted. */
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

  /** Sets the status and the headers, and returns the body; null where it is too late for one. */
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
      // What such a client has sent ahead is not served.
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

  /** The path as it can stand in a log: on one line. */
  private static String shown(HttpServletRequest request) {
    return request.getRequestURI().replaceAll("[^!-~]", "?");
  }
}
