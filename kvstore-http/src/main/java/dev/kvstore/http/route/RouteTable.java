package dev.kvstore.http.route;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.Names;
import dev.kvstore.http.auth.Access;
import dev.kvstore.http.error.ErrorKind;
import dev.kvstore.http.error.ProblemException;
import dev.kvstore.internal.support.Percent;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The resources of the service, with one route each. A path is fixed, or it is
 * {@code /v1/stores/{store}}, optionally followed by a name and then optionally by a key, or by a
 * label's name, to which the prefixes of tokens do not apply.
 */
public final class RouteTable {
  private static final String STORES = "/v1/stores/";
  private static final String STORE = STORES + "{store}";
  private static final String KEY = "/{key}";
  private static final String NAME = "/{name}";

  private final Map<String, Route> routes = new LinkedHashMap<>();

  /**
   * Adds a route.
   *
   * @param methods the methods, separated by commas, without {@code HEAD} and {@code OPTIONS}
   * @param maxBodyBytes the maximum size of a request's body in bytes; 0 if none is read
   */
  public void add(
      String methods, String path, Access access, long maxBodyBytes, ResourceHandler handler) {
    String all = methods.replace("GET", "GET, HEAD") + ", OPTIONS";
    routes.put(path, new Route(path, List.of(all.split(", ", -1)), access, maxBodyBytes, handler));
  }

  /** Adds a route for the data of a store, like {@link #add}; its path continues with the name. */
  public void addData(String methods, String name, long maxBodyBytes, ResourceHandler handler) {
    add(methods, STORES + "{store}/" + name, Access.DATA, maxBodyBytes, handler);
  }

  public Collection<Route> routes() {
    return routes.values();
  }

  /**
   * Resolves the path as it was sent: percent-encoded, with its dots and semicolons. Nothing is
   * normalized, so no path can address something unexpected.
   *
   * @throws ProblemException if there is no such resource
   * @throws InvalidInputException if the store name or key is not valid
   */
  public ResourcePath resolve(String rawPath) {
    if (!rawPath.startsWith(STORES) || rawPath.length() == STORES.length()) {
      return new ResourcePath(route(rawPath), "", "", "");
    }
    int storeEnd = rawPath.indexOf('/', STORES.length());
    if (storeEnd < 0) {
      return new ResourcePath(route(STORE), store(rawPath, rawPath.length()), "", "");
    }
    int nameEnd = rawPath.indexOf('/', storeEnd + 1);
    if (nameEnd < 0) {
      Route route = route(STORE + rawPath.substring(storeEnd));
      return new ResourcePath(route, store(rawPath, storeEnd), "", "");
    }
    String resource = STORE + rawPath.substring(storeEnd, nameEnd);
    String last = rawPath.substring(nameEnd + 1);
    Route named = routes.get(resource + NAME);
    return named == null
        ? new ResourcePath(route(resource + KEY), store(rawPath, storeEnd), checkKey(last), "")
        : new ResourcePath(named, store(rawPath, storeEnd), "", checkName(last));
  }

  private Route route(String path) {
    Route route = routes.get(path);
    if (route == null) {
      throw new ProblemException(
          ErrorKind.NO_SUCH_RESOURCE,
          "There is nothing at this path; a key, for example, is at " + STORE + "/keys" + KEY);
    }
    return route;
  }

  private static String store(String rawPath, int end) {
    return Names.checkStore(rawPath.substring(STORES.length(), end));
  }

  private static String checkName(String encoded) {
    try {
      return Names.checkLabel(Percent.decode(encoded));
    } catch (Percent.MalformedException e) {
      throw new InvalidInputException(
          ErrorCode.INVALID_PARAMETER, "The name in the path " + e.getMessage());
    }
  }

  private static String checkKey(String encoded) {
    try {
      return Names.checkKey(Percent.decode(encoded));
    } catch (Percent.MalformedException e) {
      throw new InvalidInputException(
          ErrorCode.INVALID_KEY, "The key in the path " + e.getMessage());
    }
  }
}
