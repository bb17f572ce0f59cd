package dev.kvstore.http;

import dev.kvstore.http.auth.Principal;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Set;

/** One request and its response, what the request's path addresses, and who asks. */
record Exchange(
    HttpServletRequest request, HttpServletResponse response, Target target, Principal principal) {
  String key() {
    return target.key();
  }

  String store() {
    return target.store();
  }

  String method() {
    return request.getMethod();
  }

  boolean isHead() {
    return method().equals("HEAD");
  }

  /** Returns the query parameters, of which only these are known. */
  Parameters parameters(String... known) {
    return Parameters.parse(request.getQueryString(), Set.of(known));
  }

  Format answerFormat() {
    return Format.ofAnswer(request);
  }

  /** Lets a reader's cache keep the answer, but ask with its etag each time. */
  void allowRevalidation() {
    header("Cache-Control", "private, no-cache");
    header("Vary", "Accept");
  }

  void header(String name, String value) {
    response.setHeader(name, value);
  }

  /** Answers with this body, of which {@code HEAD} gets the length only. */
  void answer(int status, Format format, byte[] body) throws IOException {
    response.setStatus(status);
    response.setContentType(format.mediaType());
    response.setContentLength(body.length);
    response.getOutputStream().write(body);
  }

  void answerEmpty(int status) {
    response.setStatus(status);
    response.setContentType(null);
  }
}
