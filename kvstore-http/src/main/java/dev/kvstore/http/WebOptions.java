package dev.kvstore.http;

import dev.kvstore.http.net.TrustedProxies;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Option;

/** Who comes to the service but by its clients: proxies, web pages, and those who watch it. */
final class WebOptions {
  @Option(
      names = "--trusted-proxies",
      paramLabel = "ADDRESS",
      split = ",",
      description = "Addresses and networks (10.0.0.0/8), with commas between them, of the proxies"
          + " whose Forwarded or X-Forwarded-For and -Proto headers are to be believed (none).")
  private List<String> trustedProxies = List.of();

  @Option(
      names = "--cors-origins",
      paramLabel = "ORIGIN",
      split = ",",
      description = "Origins (https://app.example.com), with commas between them, whose web pages"
          + " may use the service too (none).")
  private List<String> corsOrigins = List.of();

  @Option(
      names = "--allowed-hosts",
      paramLabel = "NAME",
      split = ",",
      description = "Names and addresses of this machine, with commas between them, that the"
          + " service answers to while there are no tokens, beside localhost and loopback"
          + " addresses (none). Without a port.")
  private List<String> allowedHosts = List.of();

  @Option(
      names = "--protect-metrics",
      arity = "0..1",
      paramLabel = "true|false",
      fallbackValue = "true",
      description = "Ask for a token that may read everything at /metrics, too.")
  private boolean protectMetrics;

  void check(Faults faults) {
    for (String proxy : trustedProxies) {
      try {
        TrustedProxies.of(List.of(proxy));
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
        trustedProxies, Set.copyOf(corsOrigins), Set.copyOf(allowedHosts), accessLog);
  }
}
