package dev.kvstore.http.limits;

import dev.kvstore.http.error.ErrorKind;
import dev.kvstore.http.error.Problem;
import dev.kvstore.http.error.ProblemException;
import dev.kvstore.http.limits.Shares.Grant;
import dev.kvstore.internal.files.DurableFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Temporary files for bodies that may not fit into memory. Only their owner can read them, and
 * their total size is limited. Thread-safe.
 */
public final class BodyFiles {
  /** The number of bodies of maximum size for which there is space, in total and per client. */
  private static final int LARGEST = 4;

  private static final int LARGEST_PER_CLIENT = 2;

  /** The amount of space reserved at a time. */
  private static final int STEP_BYTES = 64 * 1024;

  private final Shares space;

  public BodyFiles(long maxBytes) {
    this.space =
        new Shares(LARGEST * (maxBytes + STEP_BYTES), LARGEST_PER_CLIENT * (maxBytes + STEP_BYTES));
  }

  /** Creates a file for a body of this client. Delete it after the response. */
  public BodyFile create(String client) throws IOException {
    Path path = Files.createTempFile("kvstore-", ".body", DurableFile.ownerOnly());
    return new BodyFile(path, Files.newOutputStream(path), client, space);
  }

  /** A file. Not thread-safe. */
  public static final class BodyFile extends OutputStream {
    private final Path path;
    private final OutputStream out;
    private final String client;
    private final Shares space;
    private long taken;
    private long size;

    private BodyFile(Path path, OutputStream out, String client, Shares space) {
      this.path = path;
      this.out = out;
      this.client = client;
      this.space = space;
    }

    public Path path() {
      return path;
    }

    public long size() {
      return size;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    /** @throws ProblemException if there is not enough space */
    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      while (size + length > taken) {
        Grant grant = space.acquire(client, STEP_BYTES);
        if (grant != Grant.GRANTED) {
          throw refused(grant);
        }
        taken += STEP_BYTES;
      }
      out.write(bytes, offset, length);
      size += length;
    }

    private static ProblemException refused(Grant grant) {
      return new ProblemException(
          grant == Grant.CLIENT_LIMIT
              ? new Problem(
                      ErrorKind.TOO_MANY_REQUESTS,
                      "The imports under way of this client take as much space as one client can"
                          + " have")
                  .withHeader("Retry-After", "1")
              : new Problem(ErrorKind.UNAVAILABLE, "The imports under way take all space there is")
                  .withHeader("Retry-After", "1")
                  .with("outcome", "not-done"));
    }

    @Override
    public void close() throws IOException {
      out.close();
    }

    /** Deletes the file early, if it still exists; it is deleted after the response in any case. */
    public void delete() throws IOException {
      try (out) {
        Files.deleteIfExists(path);
      } finally {
        space.release(client, taken);
        taken = 0;
      }
    }
  }
}
