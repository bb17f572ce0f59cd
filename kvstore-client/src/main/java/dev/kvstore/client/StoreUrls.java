package dev.kvstore.client;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.Names;
import java.net.URI;
import java.util.Locale;

/** The addresses of one store's resources. */
final class StoreUrls {
  private final String store;

  private StoreUrls(String store) {
    this.store = store;
  }

  /**
   * @param service where the service is; it may be below a path, behind a proxy
   * @throws InvalidInputException if that is no address of a service, or the name is none of a
   *     store
   */
  static StoreUrls of(URI service, String store) {
    Names.checkStore(store);
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
    String base = service.toASCIIString().replaceFirst("/+$", "");
    return new StoreUrls(base + "/v1/stores/" + store);
  }

  URI keys(Query query) {
    return URI.create(store + "/keys" + query);
  }

  URI values(Query query) {
    return URI.create(store + "/values" + query);
  }

  URI key(String key, Query query) {
    return resource("keys", key, query);
  }

  URI defaultOf(String key, Query query) {
    return resource("defaults", key, query);
  }

  URI counter(String key, Query query) {
    return resource("counters", key, query);
  }

  private URI resource(String name, String key, Query query) {
    return URI.create(store + "/" + name + "/" + Percent.encodePath("key", key) + query);
  }

  private static InvalidInputException invalid(String problem, URI service) {
    // Only these parts: the others may hold a password.
    return new InvalidInputException(
        ErrorCode.INVALID_PARAMETER,
        "The service's URL " + problem + " (its scheme is " + service.getScheme() + ", its host "
            + service.getHost() + ")");
  }
}
