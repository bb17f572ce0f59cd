package dev.kvstore.http;

import java.util.List;
import java.util.Set;

/**
 * Who is in between, who else may ask, and whether what they ask is written down.
 *
 * @param trustedProxies addresses and networks of the proxies whose word on the client is taken
 * @param corsOrigins the other origins whose web pages may use the service
 * @param allowedHosts the names, beside local ones, that the service answers to without tokens
 * @param accessLog whether each request is written to the log
 */
public record WebSettings(
    List<String> trustedProxies,
    Set<String> corsOrigins,
    Set<String> allowedHosts,
    boolean accessLog) {
  /** No proxies, no pages of other origins, and no access log. */
  public static final WebSettings DEFAULT = new WebSettings(List.of(), Set.of(), false);

  /** Copies the collections. */
  public WebSettings {
    trustedProxies = List.copyOf(trustedProxies);
    corsOrigins = Set.copyOf(corsOrigins);
    allowedHosts = Set.copyOf(allowedHosts);
  }

  /** Answers to local names only. */
  public WebSettings(List<String> trustedProxies, Set<String> corsOrigins, boolean accessLog) {
    this(trustedProxies, corsOrigins, Set.of(), accessLog);
  }

  /** Returns a copy that answers to these names as well. */
  public WebSettings allowedHosts(Set<String> newHosts) {
    return new WebSettings(trustedProxies, corsOrigins, newHosts, accessLog);
  }
}
