package dev.kvstore.http.auth;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The storage of the tokens, shared by all services of the same data. Thread-safe; each method
 * blocks.
 */
public interface TokenStorage {
  /**
   * Returns the current tokens.
   *
   * @throws InvalidInputException if the stored tokens are invalid and must be repaired
   * @throws KVException if the storage cannot be reached
   */
  Tokens load();

  /**
   * Stores the token durably. From then on tokens are required, even after the last one was
   * removed.
   *
   * @throws KVException with {@link ErrorCode#CONFLICT} if there is an unexpired token with the
   *     same name
   */
  void add(Token token);

  /** Removes the token with this name durably. Returns true if there was one. */
  boolean remove(String name);

  /**
   * Calls the action soon after each change of the tokens, from another thread; it must not block.
   * Returns null if changes can be found only by {@link #load}.
   */
  default @Nullable ChangeSignal onChange(Runnable action) {
    return null;
  }

  /**
   * Acknowledges, for commands, that this running service uses these tokens. Call it periodically,
   * even with unchanged tokens. Failures are not reported.
   */
  default void acknowledge(Tokens tokens) {}

  /** Returns the last acknowledgement of each running service, see {@link Tokens#fingerprint}. */
  default List<String> acknowledged() {
    return List.of();
  }

  /** Returns a sentence that explains why no running service may have acknowledged anything. */
  default String unseen() {
    return "No running service was seen; the next one that starts goes by this";
  }

  /** Removes the acknowledgement of this service when it ends. */
  default void leave() {}

  /** A subscription that calls an action after each change. */
  interface ChangeSignal extends AutoCloseable {
    /** Returns true if no change of the last few seconds was missed. */
    boolean isLive();

    @Override
    void close();
  }
}
