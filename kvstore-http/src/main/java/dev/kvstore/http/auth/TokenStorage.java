package dev.kvstore.http.auth;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where tokens are kept, for all who serve the same data. Thread-safe; each method blocks. */
public interface TokenStorage {
  /**
   * Returns what is there now.
   *
   * @throws InvalidInputException if what is there is not usable, and somebody has to repair it
   * @throws KVException if it could not be reached
   */
  Tokens load();

  /**
   * Keeps the token, durably. From then on tokens are asked for, also when the last is removed.
   *
   * @throws KVException with {@link ErrorCode#CONFLICT} if there is one of that name that has not
   *     expired
   */
  void add(Token token);

  /** Removes the token of that name, durably, and tells whether there was one. */
  boolean remove(String name);

  /**
   * Calls the action soon after each change of the tokens, from another thread; it must not block.
   * Returns null where changes can be found by {@link #load} only.
   */
  default @Nullable ChangeSignal onChange(Runnable action) {
    return null;
  }

  /**
   * Lets commands know that this running service goes by these tokens. To be called now and then,
   * with the same ones too. That it could not be done is not reported.
   */
  default void acknowledge(Tokens tokens) {}

  /** Returns what each running service has acknowledged last, see {@link Tokens#fingerprint}. */
  default List<String> acknowledged() {
    return List.of();
  }

  /** Returns what it means, as a sentence, that no running service has acknowledged anything. */
  default String unseen() {
    return "No running service was seen; the next one that starts goes by this";
  }

  /** Takes back what this service has acknowledged, as it ends. */
  default void leave() {}

  /** What calls an action after each change. */
  interface ChangeSignal extends AutoCloseable {
    /** Returns true if no change of the last few seconds was missed. */
    boolean isLive();

    @Override
    void close();
  }
}
