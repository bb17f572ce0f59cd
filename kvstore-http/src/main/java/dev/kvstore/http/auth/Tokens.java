package dev.kvstore.http.auth;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A snapshot of all tokens. Immutable. */
public final class Tokens {
  /** No token was ever created: tokens are not required. */
  public static final Tokens NOT_CONFIGURED = new Tokens(false, List.of());

  /**
   * The length of the part of the hash that finds the token; the whole hash is then compared in
   * constant time.
   */
  private static final int INDEX_LENGTH = 16;

  private final boolean configured;
  private final Map<String, Token> byIndex = new HashMap<>();

  private Tokens(boolean configured, Collection<Token> tokens) {
    this.configured = configured;
    Set<String> names = new HashSet<>();
    for (Token token : tokens) {
      if (!names.add(token.name())) {
        throw invalid("There are two tokens '" + token.name() + "'");
      }
      Token other = byIndex.put(index(token.hash()), token);
      if (other != null) {
        throw invalid(
            "The tokens '" + other.name() + "' and '" + token.name() + "' have the same secret");
      }
    }
  }

  /**
   * Returns these tokens. If there are none, no one has access: tokens are required even after all
   * were removed.
   *
   * @throws InvalidInputException if two tokens have the same name or secret
   */
  public static Tokens of(Collection<Token> tokens) {
    return new Tokens(true, tokens);
  }

  /** Returns true if tokens are required. */
  public boolean configured() {
    return configured;
  }

  /** Returns the tokens by name, including expired ones. */
  public List<Token> list() {
    return byIndex.values().stream().sorted(Comparator.comparing(Token::name)).toList();
  }

  /**
   * Returns a fingerprint that is equal for tokens that grant the same access, and for no others.
   */
  public String fingerprint() {
    StringBuilder text = new StringBuilder(Boolean.toString(configured));
    for (Token token : list()) {
      text.append('\n')
          .append(String.join(
              " ",
              token.name(),
              token.role().text(),
              token.hash(),
              token.limits().toString(),
              String.valueOf(token.expiresAt())));
    }
    return TokenSecret.hash(text.toString());
  }

  /** Returns the token with this secret, which may have expired; null if there is none. */
  @Nullable
  Token find(String secret) {
    return withHash(TokenSecret.hash(secret));
  }

  /** Returns the token whose secret has this hash; null if there is none. */
  @Nullable
  Token withHash(String hash) {
    Token token = byIndex.get(index(hash));
    return token != null && TokenSecret.isSame(token.hash(), hash) ? token : null;
  }

  private static InvalidInputException invalid(String message) {
    return new InvalidInputException(ErrorCode.INVALID_PARAMETER, message);
  }

  private static String index(String hash) {
    return hash.substring(0, INDEX_LENGTH);
  }

  @Override
  public String toString() {
    return configured ? "Tokens[" + byIndex.size() + "]" : "Tokens[not configured]";
  }
}
