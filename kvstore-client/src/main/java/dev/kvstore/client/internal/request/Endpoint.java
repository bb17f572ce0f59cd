package dev.kvstore.client.internal.request;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import java.net.URI;
import java.util.Locale;

/**
 * The base URL of a service.
 *
 * @param base the URL without a trailing slash; it may have a path, for a service behind a proxy
 */
public record Endpoint(String base) {
  /**
   * Returns the endpoint; throws {@link InvalidInputException} if the URL cannot be that of a
   * service.
   */
  public static Endpoint of(URI service) {
    String scheme = service.getScheme();
    if (scheme == null || !scheme.toLowerCase(Locale.ROOT).matches("https?")) {
      throw invalid("must begin with http:// or https://", service);
    }
    if (service.getHost() == null) {
      throw invalid("must name a host, in letters, digits, '-' and '.', or an IP address", service);
    }
    if (service.getPort() > 65535) {
      throw invalid("must have a port from 1 to 65535", service);
    }
    if (service.getRawUserInfo() != null) {
      throw invalid("must not hold a user or password", service);
    }
    if (service.getRawQuery() != null || service.getRawFragment() != null) {
      throw invalid("must have neither query nor fragment", service);
    }
    return new Endpoint(service.toASCIIString().replaceFirst("/+$", ""));
  }

  URI at(URI resource) {
    return URI.create(base + resource);
  }

  /** Returns true if others can read the traffic: it is not encrypted and leaves this host. */
  boolean isReadableOnTheWay() {
    URI url = URI.create(base);
    String host = url.getHost().toLowerCase(Locale.ROOT);
    boolean loopback = host.equals("localhost")
        || host.endsWith(".localhost")
        || host.matches("127(\\.[0-9]+){3}")
        || host.equals("[::1]");
    return url.getScheme().toLowerCase(Locale.ROOT).equals("http") && !loopback;
  }

  private static InvalidInputException invalid(String problem, URI service) {
    // Only these parts, because others may contain a password.
    return new InvalidInputException(
        ErrorCode.INVALID_PARAMETER,
        "The service's URL " + problem + " (its scheme is " + service.getScheme() + ", its host "
            + service.getHost() + ")");
  }

  @Override
  public String toString() {
    return base;
  }
}
