package dev.kvstore.http;

import java.util.List;
import java.util.Set;

/**
 * Who is in between, and who else may ask.
 *
 * @param trustedProxies addresses and networks of the proxies whose word on the client is taken
 * @param corsOrigins the other origins whose web pages may use the service
 */
public record WebSettings(List<String> trustedProxies, Set<String> corsOrigins) {
  /** No proxies, and no pages of other origins. */
  public static final WebSettings DEFAULT = new WebSettings(List.of(), Set.of());

  /** Copies the collections. */
  public WebSettings {
    trustedProxies = List.copyOf(trustedProxies);
    corsOrigins = Set.copyOf(corsOrigins);
  }
}
