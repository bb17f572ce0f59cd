package dev.kvstore.client.internal.request;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import java.net.URI;
import java.util.Locale;

/**
 * Where a service is.
 *
 * @param base its URL without a slash at its end; it may be below a path, behind a proxy
 */
public record Endpoint(String base) {
  /** Throws {@link InvalidInputException} if that is no address of a service. */
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

  /** Returns whether others can read what goes there: it is not encrypted and leaves this host. */
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
    // Only these parts: the others may hold a password.
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
