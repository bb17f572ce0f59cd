package dev.kvstore.http.auth;

/** Who may use a resource. */
public enum Access {
  /** Everybody, by whatever name of the host: a probe may know nothing but an address. */
  PROBE,

  /** Everybody: nothing of the data can be learnt or changed there. */
  PUBLIC,

  /** Everybody, as often as an address without a token may ask. */
  PAGE,

  /**
   * Who reads may read, who writes may write, each within the limits of the token. A store and key
   * in the path are checked before the handler sees the request; what else it names or lists is for
   * the handler to check, see {@link AccessControl#checkKeys} and the request's principal.
   */
  DATA,

  /** Like {@link #DATA}; but deleting takes an administrator whose token is good for all keys. */
  STORE,

  /** Like {@link #DATA}; but writing takes an administrator whose token is good for all keys. */
  SETTINGS,

  /**
   * Who may read all keys of all stores, as what is told is about all of them; or everybody, where
   * the operator said so.
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
