package dev.kvstore.http.auth;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A token as written in a file.
 *
 * @param sha256 the hash of the secret; either this or the secret is given
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record FileToken(
    String name,
    String role,
    @Nullable List<String> stores,
    @Nullable List<String> prefixes,
    @Nullable String createdAt,
    @Nullable String expiresAt,
    @Nullable String sha256,
    @Nullable String secret) {
  FileToken {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(role, "role");
  }

  static FileToken of(Token token) {
    Limits limits = token.limits();
    return new FileToken(
        token.name(),
        token.role().text(),
        limits.stores().isEmpty() ? null : limits.stores(),
        limits.prefixes().isEmpty() ? null : limits.prefixes(),
        token.createdAt() == null ? null : token.createdAt().toString(),
        token.expiresAt() == null ? null : token.expiresAt().toString(),
        token.hash(),
        null);
  }

  /** Returns true if the file contains the secret in plain text. */
  @JsonIgnore
  boolean isPlain() {
    return secret != null;
  }

  /** @throws InvalidInputException if it is invalid, with the reason */
  Token token() {
    Token.checkName(name);
    try {
      return new Token(
          name,
          Role.of(role),
          new Limits(given("stores", stores), given("prefixes", prefixes)),
          hash(),
          time("createdAt", createdAt),
          time("expiresAt", expiresAt));
    } catch (InvalidInputException e) {
      throw new InvalidInputException(
          e.code(), "The token '" + name + "' is not valid: " + e.getMessage());
    }
  }

  private String hash() {
    if (secret != null && sha256 == null) {
      return TokenSecret.hash(TokenSecret.check(secret));
    }
    if (sha256 != null && secret == null) {
      return sha256;
    }
    throw invalid("It needs either sha256 or secret");
  }

  /** Refuses an empty list, which looks like "none" but means "all". */
  private static List<String> given(String what, @Nullable List<String> limits) {
    if (limits == null) {
      return List.of();
    }
    if (limits.isEmpty() || limits.stream().anyMatch(Objects::isNull)) {
      throw invalid("The list of " + what + " is empty; leave it out where it is good for all");
    }
    return limits;
  }

  private static @Nullable Instant time(String what, @Nullable String text) {
    try {
      return text == null ? null : Instant.parse(text);
    } catch (DateTimeException e) {
      throw invalid(what + " must be a time such as 2027-01-31T12:00:00Z");
    }
  }

  private static InvalidInputException invalid(String message) {
    return new InvalidInputException(ErrorCode.INVALID_PARAMETER, message);
  }

  /** Returns only the name. */
  @Override
  public String toString() {
    return "FileToken[" + name + "]";
  }
}
