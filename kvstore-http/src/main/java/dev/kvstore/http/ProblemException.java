package dev.kvstore.http;

/** Ends the handling of a request: this is the answer. */
final class ProblemException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Problem problem;

  ProblemException(Problem problem) {
    super(problem.detail(), null, false, false);
    this.problem = problem;
  }

  ProblemException(ErrorKind kind, String detail) {
    this(new Problem(kind, detail));
  }

  Problem problem() {
    return problem;
  }
}
