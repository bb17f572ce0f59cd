package dev.kvstore.http.auth;

/** The access rule of a resource. */
public enum Access {
  /** Open to everyone, with any host name: a probe may know only an address. */
  PROBE,

  /** Open to everyone: the resource neither reveals nor changes data. */
  PUBLIC,

  /** Open to everyone, at the rate limit of an address without a token. */
  PAGE,

  /**
   * Readers may read and writers may write, within the limits of their tokens. A store and key in
   * the path are checked before the handler is called; the handler must check any other keys that
   * it uses or lists, see {@link AccessControl#checkKeys} and the request's principal.
   */
  DATA,

  /**
   * Like {@link #DATA}, but deleting requires an administrator whose token is valid for all keys.
   */
  STORE,

  /**
   * Like {@link #DATA}, but writing requires an administrator whose token is valid for all keys.
   */
  SETTINGS,

  /**
   * Open to tokens that may read all keys of all stores, because the resource covers all of them;
   * or to everyone, if so configured.
   */
  MONITORING;

  boolean isAdministration(String method) {
    return (this == STORE && method.equals("DELETE")) || (this == SETTINGS && !isRead(method));
  }

  Role role(String method) {
    if (isAdministration(method)) {
      return Role.ADMIN;
    }
    return isRead(method) ? Role.READ : Role.WRITE;
  }

  private static boolean isRead(String method) {
    return method.equals("GET") || method.equals("HEAD") || method.equals("OPTIONS");
  }
}
