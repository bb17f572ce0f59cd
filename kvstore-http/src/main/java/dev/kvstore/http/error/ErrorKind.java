package dev.kvstore.http.error;

import dev.kvstore.ErrorCode;

/** The errors of the service, with their statuses, stable codes and titles. */
public enum ErrorKind {
  BAD_REQUEST(400, "bad-request", "The request is malformed"),
  INVALID_KEY(400, "invalid-key", "The key is not valid"),
  INVALID_STORE(400, "invalid-store", "The store name is not valid"),
  INVALID_JSON(400, "invalid-json", "The body is not valid JSON"),
  INVALID_VALUE(400, "invalid-value", "The value cannot be stored"),
  INVALID_PARAMETER(400, "invalid-parameter", "A parameter or header is not valid"),
  UNAUTHENTICATED(401, "unauthenticated", "A token is needed"),
  FORBIDDEN(403, "forbidden", "The request is not allowed"),
  KEY_NOT_FOUND(404, "key-not-found", "There is no such entry"),
  VERSION_NOT_FOUND(404, "version-not-found", "There is no such revision"),
  LABEL_NOT_FOUND(404, "label-not-found", "There is no such label"),
  NO_SUCH_RESOURCE(404, "no-such-resource", "There is nothing at this path"),
  METHOD_NOT_ALLOWED(405, "method-not-allowed", "The method is not allowed here"),
  NOT_ACCEPTABLE(406, "not-acceptable", "The answer cannot be given in an accepted format"),
  TIMED_OUT(408, "request-timeout", "The request was not sent in time"),
  CONFLICT(409, "conflict", "Others have changed the entry or the store"),
  TYPE_MISMATCH(409, "type-mismatch", "The stored value is of another type"),
  NO_HISTORY(409, "no-history", "The store has no history"),
  EVENTS_GONE(410, "events-gone", "What has happened since is not known any more"),
  HISTORY_GONE(410, "history-gone", "The history does not reach back that far"),
  PRECONDITION_FAILED(412, "precondition-failed", "The condition does not hold"),
  TOO_LARGE(413, "too-large", "The body is too large"),
  URI_TOO_LONG(414, "uri-too-long", "The URI is too long"),
  UNSUPPORTED_MEDIA_TYPE(415, "unsupported-media-type", "The body's format is not supported"),
  EXPECTATION_FAILED(417, "expectation-failed", "The Expect header is not supported"),
  MISDIRECTED(421, "misdirected", "The service does not answer to this host name"),
  REPEATED_WRITE(422, "repeated-write", "The KV-Etag belongs to another write"),
  VALIDATION_FAILED(422, "validation-failed", "The value breaks a rule"),
  UPGRADE_REFUSED(426, "upgrade-required", "The protocol is not supported"),
  PRECONDITION_REQUIRED(428, "precondition-required", "The request has to say more"),
  TOO_MANY_REQUESTS(429, "too-many-requests", "There are too many requests"),
  HEADERS_TOO_LARGE(431, "headers-too-large", "The request's headers are too large"),
  INTERNAL(500, "internal", "Something went wrong in the service"),
  ATOMIC_NOT_SUPPORTED(501, "atomic-not-supported", "The database has no transactions"),
  NOT_IMPLEMENTED(501, "not-implemented", "The service does not do this"),
  UNAVAILABLE(503, "unavailable", "The service cannot answer now"),
  HTTP_VERSION(505, "http-version-not-supported", "The HTTP version is not supported");

  private final int status;
  private final String code;
  private final String title;

  ErrorKind(int status, String code, String title) {
    this.status = status;
    this.code = code;
    this.title = title;
  }

  public int status() {
    return status;
  }

  public String code() {
    return code;
  }

  public String title() {
    return title;
  }

  /** Returns the kind for an error of the store. */
  public static ErrorKind of(ErrorCode code) {
    return switch (code) {
      // The database refuses the credentials of the service, not those of the caller.
      case UNAVAILABLE, OUTCOME_UNKNOWN, CLOSED, UNAUTHENTICATED, FORBIDDEN -> UNAVAILABLE;
      case LOCKED, UNSUPPORTED_SERVER, MISSING_DEPENDENCY -> INTERNAL;
      default -> valueOf(code.name());
    };
  }

  /** Returns the kind for an error of which only the HTTP status is known. */
  static ErrorKind ofStatus(int status) {
    return switch (status) {
      case 404 -> NO_SUCH_RESOURCE;
      case 405 -> METHOD_NOT_ALLOWED;
      case 406 -> NOT_ACCEPTABLE;
      case 408 -> TIMED_OUT;
      case 413 -> TOO_LARGE;
      case 414 -> URI_TOO_LONG;
      case 415 -> UNSUPPORTED_MEDIA_TYPE;
      case 417 -> EXPECTATION_FAILED;
      case 426 -> UPGRADE_REFUSED;
      case 428 -> PRECONDITION_REQUIRED;
      case 431 -> HEADERS_TOO_LARGE;
      case 501 -> NOT_IMPLEMENTED;
      case 503 -> UNAVAILABLE;
      case 505 -> HTTP_VERSION;
      default -> status >= 400 && status < 500 ? BAD_REQUEST : INTERNAL;
    };
  }
}
