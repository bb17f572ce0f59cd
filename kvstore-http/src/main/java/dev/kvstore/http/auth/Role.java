package dev.kvstore.http.auth;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import java.util.Arrays;
import java.util.Locale;

/** The permissions of a token. Each role includes the ones before it. */
public enum Role {
  READ,
  WRITE,
  ADMIN;

  /** Returns the role with this name; throws {@link InvalidInputException} if there is none. */
  public static Role of(String text) {
    return Arrays.stream(values())
        .filter(role -> role.text().equals(text))
        .findFirst()
        .orElseThrow(() -> new InvalidInputException(
            ErrorCode.INVALID_PARAMETER, "The role must be read, write or admin"));
  }

  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  public boolean includes(Role other) {
    return compareTo(other) >= 0;
  }
}
