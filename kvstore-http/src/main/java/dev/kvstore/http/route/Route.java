package dev.kvstore.http.route;

import dev.kvstore.http.auth.Access;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The kinds of things that have a path, and what can be done with them. */
public enum Route {
  KEY(Access.DATA, "GET, HEAD, PUT, PATCH, DELETE, OPTIONS"),
  DEFAULT(Access.DATA, "PUT, OPTIONS"),
  COUNTER(Access.DATA, "POST, OPTIONS"),
  VALUES(Access.DATA, "GET, HEAD, PUT, OPTIONS"),
  DELETIONS(Access.DATA, "POST, OPTIONS"),
  KEYS(Access.DATA, "GET, HEAD, OPTIONS"),
  EVENTS(Access.DATA, "GET, HEAD, OPTIONS"),
  STORES(Access.DATA, "GET, HEAD, OPTIONS"),
  STORE(Access.DATA, "GET, HEAD, DELETE, OPTIONS"),
  LIVE(Access.PROBE, "GET, HEAD, OPTIONS"),
  READY(Access.PROBE, "GET, HEAD, OPTIONS"),
  METRICS(Access.MONITORING, "GET, HEAD, OPTIONS"),
  PAGE(Access.PAGE, "GET, HEAD, OPTIONS");

  private final Access access;
  private final String allow;

  @SuppressWarnings("ImmutableEnumChecker") // made by Set.of
  private final Set<String> methods;

  Route(Access access, String allow) {
    this.access = access;
    this.allow = allow;
    this.methods = Set.of(allow.split(", ", -1));
  }

  /** Returns who may use it by that method. */
  public Access access(String method) {
    return this == STORE && method.equals("DELETE") ? Access.STORE_ADMINISTRATION : access;
  }

  /** Returns true if the answer depends on nothing but what is in memory. */
  public boolean isInMemory() {
    return this == LIVE || this == PAGE;
  }

  public boolean allows(String method) {
    return methods.contains(method);
  }

  /** Returns the value of the {@code Allow} header. */
  public String allow() {
    return allow;
  }

  /** Returns what has a key after this name, or null. */
  static @Nullable Route ofKey(String name) {
    return switch (name) {
      case "keys" -> KEY;
      case "defaults" -> DEFAULT;
      case "counters" -> COUNTER;
      default -> null;
    };
  }

  /** Returns what has this name and no key in a store, or null. */
  static @Nullable Route ofStore(String name) {
    return switch (name) {
      case "keys" -> KEYS;
      case "values" -> VALUES;
      case "deletions" -> DELETIONS;
      case "events" -> EVENTS;
      default -> null;
    };
  }
}
