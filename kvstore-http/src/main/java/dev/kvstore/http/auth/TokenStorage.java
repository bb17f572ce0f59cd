package dev.kvstore.http.auth;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVException;

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
}
