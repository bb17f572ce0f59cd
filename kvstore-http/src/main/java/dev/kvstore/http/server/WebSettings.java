package dev.kvstore.http.server;

import dev.kvstore.http.net.ForwardedHeader;
import java.util.List;
import java.util.Set;

/**
 * The settings for proxies, web pages, host names and the access log.
 *
 * @param trustedProxies the addresses and networks of proxies that are trusted to name the client
 * @param corsOrigins the other origins whose web pages may use the service
 * @param allowedHosts the names, besides local ones, that the service answers to without tokens
 * @param accessLog true to write each request to the log
 * @param forwardedHeader the header in which the proxies name their clients
 */
public record WebSettings(
    List<String> trustedProxies,
    Set<String> corsOrigins,
    Set<String> allowedHosts,
    boolean accessLog,
    ForwardedHeader forwardedHeader) {
  /** No proxies, no pages of other origins, only local names, and no access log. */
  public static final WebSettings DEFAULT =
      new WebSettings(List.of(), Set.of(), Set.of(), false, ForwardedHeader.X_FORWARDED_FOR);

  public WebSettings {
    trustedProxies = List.copyOf(trustedProxies);
    corsOrigins = Set.copyOf(corsOrigins);
    allowedHosts = Set.copyOf(allowedHosts);
  }
}
