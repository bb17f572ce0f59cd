package dev.kvstore.http.auth;

import dev.kvstore.UnavailableException;
import dev.kvstore.http.error.ErrorKind;
import dev.kvstore.http.error.Problem;
import dev.kvstore.http.error.ProblemException;
import dev.kvstore.http.net.ClientAddress;
import dev.kvstore.spi.KeyRange;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.jspecify.annotations.Nullable;

/**
 * Authenticates and authorizes every request. Thread-safe.
 *
 * @param openMonitoring true if {@link Access#MONITORING} needs no token
 */
public record AccessControl(
    Authenticator authenticator, @Nullable RateLimiter limiter, boolean openMonitoring) {
  /** Returns true while the service is open, without tokens. */
  public boolean isOpenToAll() {
    return authenticator.isOpenToAll();
  }

  /**
   * Checks that the tokens are known; otherwise no one has access. Does not block.
   *
   * @throws UnavailableException if they could not be read for too long
   */
  public void checkTokens() {
    authenticator.checkTokens();
  }

  /**
   * Returns the principal of the request; throws {@link ProblemException} if it is unknown or
   * exceeds its rate limit.
   */
  public Principal admit(HttpServletRequest request, Access access) {
    if (access == Access.PAGE) {
      throttle(client(request, Principal.NOBODY));
    }
    if (isOpen(access)) {
      return Principal.NOBODY;
    }
    Principal principal;
    try {
      principal = identify(request);
    } catch (ProblemException e) {
      throttle(client(request, Principal.NOBODY));
      throw e;
    }
    throttle(client(request, principal));
    return principal;
  }

  /** Returns the name of the client for counting limits. */
  public static String client(HttpServletRequest request, Principal principal) {
    return principal
        .name()
        .map(name -> "token " + name)
        .orElseGet(() -> "address "
            + ClientAddress.of(ServletContextRequest.getServletContextRequest(request)
                .getConnectionMetaData()
                .getRemoteSocketAddress()));
  }

  /** Throws {@link ProblemException} if the rights of the caller have changed. */
  public void recheck(HttpServletRequest request, Principal principal) {
    if (!principal.isActive()) {
      identify(request);
      throw forbidden(
          "The rights of the token have changed since the request began: send it again");
    }
  }

  private Principal identify(HttpServletRequest request) {
    return authenticator.authenticate(Collections.list(request.getHeaders("Authorization")));
  }

  /**
   * Checks that the principal may use this method on the resource, and on the store and key in its
   * path.
   *
   * @param store empty if the path has none; likewise the key
   * @throws ProblemException if not, whether or not they exist
   */
  public void authorize(
      Principal principal, Access access, String method, String store, String key) {
    if (isOpen(access)) {
      return;
    }
    Role needed = access.role(method);
    if (!principal.has(needed)) {
      throw forbidden("This needs the role " + needed.text() + ", which the token has not");
    }
    if (!store.isEmpty()) {
      checkStore(principal, store);
    }
    if (!key.isEmpty()) {
      checkKeys(principal, store, List.of(key));
    }
    if (access.isAdministration(method)) {
      checkAdministration(principal);
    }
    if (access == Access.MONITORING && !principal.seesAll()) {
      throw forbidden("This needs a token that is good for all keys of all stores");
    }
  }

  /** Throws {@link ProblemException} unless the token is an administrator's for all keys. */
  public static void checkAdministration(Principal principal) {
    if (!principal.has(Role.ADMIN)) {
      throw forbidden("This needs the role admin, which the token has not");
    }
    if (!principal.seesAllKeys()) {
      throw forbidden("This needs a token that is good for all keys of the store");
    }
  }

  /**
   * Throws {@link ProblemException} if the token is not valid for a store, whether or not it
   * exists.
   */
  public static void checkStore(Principal principal, String store) {
    if (!principal.mayEnter(store)) {
      throw forbidden("The token is not good for the store '" + store + "'");
    }
  }

  /**
   * Throws {@link ProblemException} if the token is not valid for a key, whether or not it exists.
   */
  public static void checkKeys(Principal principal, String store, Collection<String> keys) {
    for (String key : keys) {
      if (!principal.mayRead(store, key)) {
        throw new ProblemException(
            new Problem(ErrorKind.FORBIDDEN, "The token is not good for this key")
                .with("key", key));
      }
    }
  }

  /**
   * Checks that the token is valid for all keys that begin with the prefix.
   *
   * @throws ProblemException if not, whether or not such keys exist
   */
  public static void checkPrefix(Principal principal, String prefix) {
    KeyRange range = new KeyRange(prefix, null);
    if (!principal.visible(range).equals(List.of(range))) {
      throw forbidden("The token is not good for all keys that begin with this prefix");
    }
  }

  /**
   * Checks that the principal may delete all keys that begin with the prefix.
   *
   * @throws ProblemException if not, whether or not such keys exist
   */
  public static void checkDeletion(Principal principal, String prefix) {
    checkPrefix(principal, prefix);
    if (prefix.isEmpty() && !principal.has(Role.ADMIN)) {
      throw forbidden("To delete all entries needs the role admin");
    }
  }

  private boolean isOpen(Access access) {
    return access == Access.PUBLIC
        || access == Access.PAGE
        || access == Access.PROBE
        || (access == Access.MONITORING && openMonitoring);
  }

  private void throttle(String caller) {
    Duration wait = limiter == null ? Duration.ZERO : limiter.acquire(caller);
    if (!wait.isZero()) {
      throw new ProblemException(new Problem(
              ErrorKind.TOO_MANY_REQUESTS, "There are more requests a second than are allowed")
          .withHeader("Retry-After", Long.toString(wait.plusMillis(999).toSeconds())));
    }
  }

  private static ProblemException forbidden(String detail) {
    return new ProblemException(ErrorKind.FORBIDDEN, detail);
  }
}
