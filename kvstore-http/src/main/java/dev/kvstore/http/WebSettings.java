package dev.kvstore.http;

import dev.kvstore.http.net.ForwardedHeader;
import java.util.List;
import java.util.Set;

/**
 * Who is in between, who else may ask, and whether what they ask is written down.
 *
 * @param trustedProxies addresses and networks of the proxies whose word on the client is taken
 * @param corsOrigins the other origins whose web pages may use the service
 * @param accessLog whether each request is written to the log
 * @param forwardedHeader where the proxies name their clients
 */
public record WebSettings(
    List<String> trustedProxies,
    Set<String> corsOrigins,
    boolean accessLog,
    ForwardedHeader forwardedHeader) {
  /** No proxies, no pages of other origins, and no access log. */
  public static final WebSettings DEFAULT = new WebSettings(List.of(), Set.of(), false);

  /** Copies the collections. */
  public WebSettings {
    trustedProxies = List.copyOf(trustedProxies);
    corsOrigins = Set.copyOf(corsOrigins);
  }

  /** As the canonical constructor, with {@code X-Forwarded-For}. */
  public WebSettings(List<String> trustedProxies, Set<String> corsOrigins, boolean accessLog) {
    this(trustedProxies, corsOrigins, accessLog, ForwardedHeader.X_FORWARDED_FOR);
  }
}
