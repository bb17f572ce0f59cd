package dev.kvstore.client.internal.request;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVException;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Checks and formats the token for the request header. Messages never contain it. */
public final class BearerToken {
  /** The {@code b64token} of RFC 6750. */
  private static final Pattern LEGAL = Pattern.compile("[A-Za-z0-9._~+/-]+=*");

  private BearerToken() {}

  /** Returns the token; throws {@link InvalidInputException} if it is not valid in the header. */
  public static String check(@Nullable String token) {
    if (token == null || !LEGAL.matcher(token).matches()) {
      throw new InvalidInputException(
          ErrorCode.INVALID_PARAMETER,
          "The token is " + (token == null || token.isEmpty() ? "empty" : "malformed")
              + "; it must have letters, digits and '-', '.', '_', '~', '+' or '/', and may end"
              + " with '='. Look for a line break or a blank at its end");
    }
    return token;
  }

  /**
   * Returns the value of the header.
   *
   * @throws KVException with {@link ErrorCode#UNAUTHENTICATED} if the supplier has no token
   */
  static String header(Supplier<String> supplier) {
    String token = supplied(supplier);
    try {
      return "Bearer " + check(token);
    } catch (InvalidInputException e) {
      throw new KVException(
          ErrorCode.UNAUTHENTICATED, "The supplier of the token gave none: " + e.getMessage(), e);
    }
  }

  private static @Nullable String supplied(Supplier<String> supplier) {
    try {
      return supplier.get();
    } catch (RuntimeException e) {
      // No cause: its message may quote the token.
      throw new KVException(
          ErrorCode.UNAUTHENTICATED,
          "The supplier of the token failed: " + e.getClass().getName(),
          e);
    }
  }
}
