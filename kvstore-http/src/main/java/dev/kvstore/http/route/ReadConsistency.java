package dev.kvstore.http.route;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.ReadOptions;
import dev.kvstore.SyncToken;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** Reads the required freshness from requests. */
public final class ReadConsistency {
  /** The sync token: of a response, or the one that a request demands. */
  static final String SYNC_TOKEN = "Sync-Token";

  /** The age in seconds of the last proof that the node's cache is up to date. */
  static final String STALE = "KV-Stale";

  private ReadConsistency() {}

  /**
   * Returns the freshness that the request demands.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER}
   */
  public static ReadOptions of(HttpServletRequest request) {
    if (request.getHeader(SYNC_TOKEN) == null && request.getHeader("Cache-Control") == null) {
      return ReadOptions.DEFAULT;
    }
    SyncToken newest = SyncToken.START;
    for (String token : members(request, SYNC_TOKEN)) {
      newest = newest.max(parse(token));
    }
    ReadOptions options = ReadOptions.atLeast(newest);
    boolean bypass = members(request, "Cache-Control").stream()
        .anyMatch(directive -> directive.toLowerCase(Locale.ROOT).equals("no-cache"));
    return bypass ? options.bypassingCache() : options;
  }

  private static SyncToken parse(String token) {
    try {
      return SyncToken.parse(token);
    } catch (InvalidInputException e) {
      throw new InvalidInputException(
          e.code(), "The header " + SYNC_TOKEN + " must repeat what an answer had in it", e);
    }
  }

  /** Returns the elements of a list header with any number of lines. */
  private static List<String> members(HttpServletRequest request, String header) {
    return Collections.list(request.getHeaders(header)).stream()
        .flatMap(line -> List.of(line.split(",", -1)).stream())
        .map(String::strip)
        .toList();
  }
}
