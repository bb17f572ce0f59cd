package dev.kvstore.http;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The kinds of things that have a path, and what can be done with them. */
enum Resource {
  KEY("GET, HEAD, PUT, DELETE, OPTIONS"),
  DEFAULT("PUT, OPTIONS"),
  COUNTER("POST, OPTIONS"),
  VALUES("GET, HEAD, PUT, OPTIONS"),
  KEYS("GET, HEAD, OPTIONS"),
  EVENTS("GET, HEAD, OPTIONS"),
  STORES("GET, HEAD, OPTIONS"),
  LIVE("GET, HEAD, OPTIONS"),
  READY("GET, HEAD, OPTIONS");

  private final String allow;

  Resource(String allow) {
    this.allow = allow;
  }

  boolean allows(String method) {
    return List.of(allow.split(", ", -1)).contains(method);
  }

  /** Returns the value of the {@code Allow} header. */
  String allow() {
    return allow;
  }

  /** Returns what has a key after this name, or null. */
  static @Nullable Resource ofKey(String name) {
    return switch (name) {
      case "keys" -> KEY;
      case "defaults" -> DEFAULT;
      case "counters" -> COUNTER;
      default -> null;
    };
  }

  /** Returns what has this name and no key in a store, or null. */
  static @Nullable Resource ofStore(String name) {
    return switch (name) {
      case "keys" -> KEYS;
      case "values" -> VALUES;
      case "events" -> EVENTS;
      default -> null;
    };
  }
}
