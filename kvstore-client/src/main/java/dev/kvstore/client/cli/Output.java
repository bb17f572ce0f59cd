package dev.kvstore.client.cli;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;

/**
 * The standard output, which remembers that it could not be written: a writer would not say why.
 */
final class Output extends FilterOutputStream {
  private @Nullable IOException failure;

  Output(OutputStream out) {
    super(out);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    try {
      out.write(bytes, offset, length);
    } catch (IOException e) {
      failure = e;
      throw e;
    }
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  /** Returns what the program ends with, which is no success if its output got lost. */
  int exitCode(int code, PrintWriter err) {
    IOException problem = failure;
    // Whoever closes a pipe has read enough, as head has.
    if (problem == null || isClosedPipe(problem)) {
      return code;
    }
    err.println("kv: the output could not be written: " + LocalFiles.reason(problem));
    // A 1 is an answer, and that was lost; what else went wrong says more.
    return code == ExitCodes.OK || code == ExitCodes.DIFFERENT ? ExitCodes.INTERNAL : code;
  }

  private static boolean isClosedPipe(IOException problem) {
    return String.valueOf(problem.getMessage()).contains("pipe");
  }
}
