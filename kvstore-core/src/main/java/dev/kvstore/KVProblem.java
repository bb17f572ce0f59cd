package dev.kvstore;

import java.io.Serializable;
import java.util.Objects;

/**
 * A reason why settings cannot be bound.
 *
 * @param key the key to correct, or the bound prefix if the object as a whole is wrong
 * @param code {@link ErrorCode#KEY_NOT_FOUND} if nothing is stored and there is no default,
 *     {@link ErrorCode#TYPE_MISMATCH}, or {@link ErrorCode#VALIDATION_FAILED}
 * @param message a sentence that names the key; never contains a value
 */
public record KVProblem(String key, ErrorCode code, String message) implements Serializable {
  public KVProblem {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(code, "code");
    Objects.requireNonNull(message, "message");
  }
}
