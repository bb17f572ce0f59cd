package dev.kvstore.http.route;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.Names;
import dev.kvstore.http.error.ErrorKind;
import dev.kvstore.http.error.ProblemException;
import dev.kvstore.internal.support.Percent;

/**
 * What a request's path addresses.
 *
 * @param store a legal store name; empty for what belongs to no store
 * @param key a legal key; empty for what has none
 */
public record ResourcePath(Route route, String store, String key) {
  private static final String STORES = "/v1/stores";

  /**
   * Reads the path as it was sent: percent-encoded, with its dots and semicolons. Nothing is
   * normalized, so no path can come to address something else than it says.
   *
   * @throws ProblemException if there is no such resource
   * @throws InvalidInputException if the store name or key is not legal
   */
  public static ResourcePath parse(String rawPath) {
    return switch (rawPath) {
      case STORES -> new ResourcePath(Route.STORES, "", "");
      case "/health/live" -> new ResourcePath(Route.LIVE, "", "");
      case "/health/ready" -> new ResourcePath(Route.READY, "", "");
      case "/metrics" -> new ResourcePath(Route.METRICS, "", "");
      default -> Page.at(rawPath) == null ? inStore(rawPath) : new ResourcePath(Route.PAGE, "", "");
    };
  }

  private static ResourcePath inStore(String rawPath) {
    int storeStart = STORES.length() + 1;
    int storeEnd = rawPath.indexOf('/', storeStart);
    if (!rawPath.startsWith(STORES + "/") || rawPath.length() == storeStart) {
      throw noSuchResource();
    }
    if (storeEnd < 0) {
      return new ResourcePath(Route.STORE, Names.checkStore(rawPath.substring(storeStart)), "");
    }
    int nameEnd = rawPath.indexOf('/', storeEnd + 1);
    String name = rawPath.substring(storeEnd + 1, nameEnd < 0 ? rawPath.length() : nameEnd);
    Route route = nameEnd < 0 ? Route.ofStore(name) : Route.ofKey(name);
    if (route == null) {
      throw noSuchResource();
    }
    String store = Names.checkStore(rawPath.substring(storeStart, storeEnd));
    String key = nameEnd < 0 ? "" : checkKey(rawPath.substring(nameEnd + 1));
    return new ResourcePath(route, store, key);
  }

  private static String checkKey(String encoded) {
    try {
      return Names.checkKey(Percent.decode(encoded));
    } catch (Percent.MalformedException e) {
      throw new InvalidInputException(
          ErrorCode.INVALID_KEY, "The key in the path " + e.getMessage());
    }
  }

  private static ProblemException noSuchResource() {
    return new ProblemException(
        ErrorKind.NO_SUCH_RESOURCE,
        "There is nothing at this path; a key, for example, is at " + STORES
            + "/{store}/keys/{key}");
  }
}
