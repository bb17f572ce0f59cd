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

/** The tokens that there are at a moment. Immutable. */
public final class Tokens {
  /** Nobody has ever made a token: the service is not to ask for any. */
  public static final Tokens NOT_CONFIGURED = new Tokens(false, List.of());

  /** A part of the hash that finds the token; the whole is then compared in constant time. */
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
   * Returns these tokens. Where they are none, nobody is let in: that there are none any more does
   * not mean that none are asked for.
   *
   * @throws InvalidInputException if two have the same name or secret
   */
  public static Tokens of(Collection<Token> tokens) {
    return new Tokens(true, tokens);
  }

  /** Returns whether a token is asked for. */
  public boolean configured() {
    return configured;
  }

  /** Returns the tokens by name, those included that have expired. */
  public List<Token> list() {
    return byIndex.values().stream().sorted(Comparator.comparing(Token::name)).toList();
  }

  /**
   * Returns what is the same for two that let in the same callers for the same, and for no other.
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

  /** Returns the token with that secret, which may have expired; null where there is none. */
  @Nullable
  Token find(String secret) {
    return withHash(TokenSecret.hash(secret));
  }

  /** Returns the token whose secret has that hash; null where there is none. */
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
