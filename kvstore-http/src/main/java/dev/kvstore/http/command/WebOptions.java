package dev.kvstore.http.command;

import dev.kvstore.http.net.AllowedHosts;
import dev.kvstore.http.net.Cors;
import dev.kvstore.http.net.ForwardedHeader;
import dev.kvstore.http.net.TrustedProxies;
import dev.kvstore.http.server.WebSettings;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Option;

/** The options for access by proxies, web pages and monitoring. */
final class WebOptions {
  @Option(
      names = "--trusted-proxies",
      paramLabel = "ADDRESS",
      split = ",",
      description = "Addresses and networks (10.0.0.0/8), separated by commas, of the proxies"
          + " whose --forwarded-header is trusted (none).")
  private List<String> trustedProxies = List.of();

  @Option(
      names = "--forwarded-header",
      paramLabel = "NAME",
      description = "The header in which these proxies name the client: X-Forwarded-For, with"
          + " X-Forwarded-Proto, or Forwarded (${DEFAULT-VALUE}). The other is ignored.")
  private ForwardedHeader forwardedHeader = ForwardedHeader.X_FORWARDED_FOR;

  @Option(
      names = "--cors-origins",
      paramLabel = "ORIGIN",
      split = ",",
      description = "Origins (https://app.example.com), separated by commas, whose web pages may"
          + " use the service (none).")
  private List<String> corsOrigins = List.of();

  @Option(
      names = "--allowed-hosts",
      paramLabel = "NAME",
      split = ",",
      description = "Further host names and addresses, separated by commas, that the service"
          + " answers to while there are no tokens, besides localhost and loopback addresses"
          + " (none). Without a port.")
  private List<String> allowedHosts = List.of();

  @Option(
      names = "--protect-metrics",
      arity = "0..1",
      paramLabel = "true|false",
      fallbackValue = "true",
      description = "Once there are tokens, require an unlimited one for /metrics, too"
          + " (${DEFAULT-VALUE}).")
  private boolean protectMetrics = true;

  void check(Faults faults) {
    for (String proxy : trustedProxies) {
      try {
        TrustedProxies.of(List.of(proxy), forwardedHeader);
      } catch (IllegalArgumentException e) {
        faults.add("--trusted-proxies", proxy, "it is neither an address nor a network");
      }
    }
    for (String origin : corsOrigins) {
      if (!Cors.isOrigin(origin)) {
        faults.add(
            "--cors-origins", origin, "it is no origin, such as https://app.example.com:8443");
      }
    }
    for (String host : allowedHosts) {
      if (!AllowedHosts.isHost(host)) {
        faults.add("--allowed-hosts", host, "it must be a host name or an address, without a port");
      }
    }
  }

  boolean hasTrustedProxies() {
    return !trustedProxies.isEmpty();
  }

  boolean hasOpenMetrics() {
    return !protectMetrics;
  }

  WebSettings settings(boolean accessLog) {
    return new WebSettings(
        trustedProxies,
        Set.copyOf(corsOrigins),
        Set.copyOf(allowedHosts),
        accessLog,
        forwardedHeader);
  }
}
