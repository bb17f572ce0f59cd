package dev.kvstore.internal.files;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The standard output of a command. Keeps the reason of a failed write. */
public final class StandardOutput extends FilterOutputStream {
  private volatile @Nullable IOException failure;

  /** Writes to the standard output of the process. */
  public StandardOutput() {
    this(new FileOutputStream(FileDescriptor.out));
  }

  /** Writes to {@code out}. */
  public StandardOutput(OutputStream out) {
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

  /** Returns why output was lost; null if none was lost, or if the reader closed the pipe. */
  public @Nullable String loss() {
    IOException problem = failure;
    if (problem == null || String.valueOf(problem.getMessage()).contains("pipe")) {
      return null;
    }
    return "the output could not be written: "
        + Objects.requireNonNullElse(problem.getMessage(), problem.getClass().getSimpleName());
  }
}
