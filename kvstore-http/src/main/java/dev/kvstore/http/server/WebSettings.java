package dev.kvstore.http.server;

import dev.kvstore.http.net.ForwardedHeader;
import java.util.List;
import java.util.Set;

/**
 * Who is in between, who else may ask, and whether what they ask is written down.
 *
 * @param trustedProxies addresses and networks of the proxies whose word on the client is taken
 * @param corsOrigins the other origins whose web pages may use the service
 * @param allowedHosts the names, beside local ones, that the service answers to without tokens
 * @param accessLog whether each request is written to the log
 * @param forwardedHeader where the proxies name their clients
 */
public record WebSettings(
    List<String> trustedProxies,
    Set<String> corsOrigins,
    Set<String> allowedHosts,
    boolean accessLog,
    ForwardedHeader forwardedHeader) {
  /** No proxies, no pages of other origins, local names only, and no access log. */
  public static final WebSettings DEFAULT =
      new WebSettings(List.of(), Set.of(), Set.of(), false, ForwardedHeader.X_FORWARDED_FOR);

  public WebSettings {
    trustedProxies = List.copyOf(trustedProxies);
    corsOrigins = Set.copyOf(corsOrigins);
    allowedHosts = Set.copyOf(allowedHosts);
  }
}
