package dev.kvstore.http.auth;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import java.util.Arrays;
import java.util.Locale;

/** What a token allows to do. Each role allows what those before it do. */
public enum Role {
  READ,
  WRITE,
  ADMIN;

  /** Throws {@link InvalidInputException} if there is none of that name. */
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
