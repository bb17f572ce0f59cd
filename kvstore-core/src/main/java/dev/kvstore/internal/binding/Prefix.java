package dev.kvstore.internal.binding;

import dev.kvstore.KVQuery;
import dev.kvstore.Names;
import dev.kvstore.spi.Interest;
import java.util.Set;

/**
 * The prefix of a binding: as given, as the key of a document with all settings, and its separator.
 */
record Prefix(String given, String own, String separator) {
  static Prefix of(String given) {
    KVQuery.prefix(given); // checks the prefix
    if (given.isEmpty()) {
      return new Prefix(given, "", ".");
    }
    boolean separated = given.endsWith(".") || given.endsWith("/");
    int end = separated ? given.length() - 1 : given.length();
    String own = Names.checkKey(given.substring(0, end));
    return new Prefix(given, own, separated ? given.substring(end) : ".");
  }

  String below() {
    return own.isEmpty() ? "" : own + separator;
  }

  Interest interest() {
    return own.isEmpty() ? Interest.ALL : new Interest(Set.of(own), Set.of(below()));
  }
}
