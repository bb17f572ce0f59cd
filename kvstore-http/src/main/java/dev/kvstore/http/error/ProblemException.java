package dev.kvstore.http.error;

/** Ends the handling of a request with a problem as the response. */
public final class ProblemException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Problem problem;

  public ProblemException(Problem problem) {
    super(problem.detail(), null, false, false);
    this.problem = problem;
  }

  public ProblemException(ErrorKind kind, String detail) {
    this(new Problem(kind, detail));
  }

  public Problem problem() {
    return problem;
  }
}
