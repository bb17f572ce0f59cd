package dev.kvstore.client;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVException;
import dev.kvstore.KVStore;
import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.UnavailableException;
import dev.kvstore.client.internal.events.EventTimes;
import dev.kvstore.client.internal.lastknowngood.LastKnownGoodFile;
import dev.kvstore.client.internal.lastknowngood.LastKnownGoodStore;
import dev.kvstore.client.internal.request.Call;
import dev.kvstore.client.internal.request.Endpoint;
import dev.kvstore.client.internal.request.Endpoints;
import dev.kvstore.client.internal.request.StoreUrls;
import dev.kvstore.client.internal.request.Transport;
import dev.kvstore.client.internal.request.WireReader;
import dev.kvstore.client.internal.store.HttpEntryStore;
import dev.kvstore.internal.cache.NearCache;
import dev.kvstore.internal.mapping.BsonCodec;
import dev.kvstore.internal.support.Deadline;
import dev.kvstore.internal.typed.TypedKVStore;
import dev.kvstore.spi.EntryStore;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/**
 * Opens a store that a kvstore service keeps.
 *
 * <p>Everything is as over a database at hand, errors too. Reads are tried again while that may
 * help, at every address of the service, and so are writes of which it is certain that nothing was
 * done (no connection came about, say): these end with {@link UnavailableException} in the end. A
 * write whose answer was lost is settled: by its etag in the entry, or by sending it again to the
 * node that it was sent to, which does a write once. Where neither tells, as when that node is gone
 * and somebody else has written since, it ends with {@link OutcomeUnknownException}; read the key
 * before writing again. All that is within {@link HttpSettings#withRequestTimeout}. A batch that is
 * not atomic goes in several requests where it is large.
 *
 * <p>A node is one URL. Several nodes behind one URL, as a load balancer's, are good for all but
 * the last resort: what is sent again there may come to a node that knows nothing of the first
 * time, and a {@code set} that was written over in between is then done once more. Increments never
 * are.
 *
 * <p>Whether bytes were changed on the way is found out over https only.
 *
 * <p>Reads are served from memory where the settings do not say otherwise, see
 * {@link HttpSettings#withNearCache}: at once after a write by the same store, and as fresh as over
 * a database at hand. For that, and for watches, a store keeps one stream of events open, on a
 * daemon thread, and one more for each watch that begins in the past. {@link KVStore#cache()} tells
 * how that fares. Whichever node of a service answers, a store reads nothing older than it has
 * seen.
 *
 * <p>Two of the JDK's system properties matter here. A write that meets a kept connection just when
 * the service or a proxy closes it for idleness has to be settled, too: set
 * {@code jdk.httpclient.keepalive.timeout} (in seconds; 30 by default, 1200 before JDK 20) below
 * their idle timeouts, so that the client closes first. And leave
 * {@code jdk.httpclient.enableAllMethodRetry} alone, which lets the JDK send a delete twice.
 *
 * <p>An answer that is none of a kvstore service, from a proxy for example, ends with a
 * {@link KVException} that says what came, mostly {@link ErrorCode#UNSUPPORTED_SERVER}.
 */
public final class HttpKVStore {
  private HttpKVStore() {}

  /** As {@link #open(URI, String, HttpSettings)}, with {@link HttpSettings#DEFAULT}. */
  public static KVStore open(URI service, String store) {
    return open(service, store, HttpSettings.DEFAULT);
  }

  /**
   * Returns the store of that name at the service. Does not reach the service, so it succeeds where
   * that is down; the store comes into being with its first write. Share what is returned: it keeps
   * its connections, which {@link KVStore#close()} lets go.
   *
   * @param service where the service is, for example {@code http://127.0.0.1:7070}, or a path below
   *     a host where a proxy has put it
   * @throws InvalidInputException if the URL is not http or https or has a user, query or fragment
   *     ({@link ErrorCode#INVALID_PARAMETER}), or the name is none of a store
   *     ({@link ErrorCode#INVALID_STORE})
   */
  public static KVStore open(URI service, String store, HttpSettings settings) {
    return open(List.of(service), store, settings);
  }

  /**
   * As {@link #open(URI, String, HttpSettings)}, for a service that several nodes give over the
   * same database. The first is asked until it cannot be reached or cannot answer, then the next,
   * and that one from then on; a node that failed is left alone for a while.
   *
   * @param services the nodes' URLs, at least one
   * @throws InvalidInputException also if there are none
   */
  public static KVStore open(List<URI> services, String store, HttpSettings settings) {
    HttpEntryStore entries = entries(services, store, settings, Transport.MAX_ANSWER_BYTES);
    return TypedKVStore.over(
        withFile(withCache(entries, settings), services, settings, entries.clock()),
        // How large a value may be is for the service to say.
        BsonCodec.create(WireReader.WIDEST));
  }

  /** Returns the store without the layers over it. */
  static HttpEntryStore entries(
      List<URI> services, String store, HttpSettings settings, int maxAnswerBytes) {
    return new HttpEntryStore(
        services, store, settings.requests(), EventTimes.DEFAULT, maxAnswerBytes);
  }

  private static EntryStore withCache(HttpEntryStore entries, HttpSettings settings) {
    return settings
        .nearCache()
        .<EntryStore>map(cache -> NearCache.over(entries, cache, entries.clock()))
        .orElse(entries);
  }

  private static EntryStore withFile(
      EntryStore entries, List<URI> services, HttpSettings settings, InstantSource clock) {
    List<String> addresses =
        services.stream().map(service -> Endpoint.of(service).base()).toList();
    return settings
        .lastKnownGood()
        .<EntryStore>map(
            file -> LastKnownGoodStore.over(entries, new LastKnownGoodFile(file), addresses, clock))
        .orElse(entries);
  }

  /**
   * Returns the stores that a service has, by name, each with the number of its entries. What the
   * token may not see is left out. Asks the service.
   *
   * @param services the nodes' URLs, see {@link #open(List, String, HttpSettings)}
   * @throws InvalidInputException if one of them is no URL of a service, or there is none
   */
  public static Map<String, Long> stores(List<URI> services, HttpSettings settings) {
    Endpoints endpoints = new Endpoints(services, System::nanoTime);
    try (Transport transport =
        new Transport("stores", endpoints, settings.requests(), Transport.MAX_ANSWER_BYTES)) {
      return transport
          .send(Call.read(StoreUrls.stores(), null), Deadline.after(settings.requestTimeout()))
          .read(WireReader::stores);
    }
  }
}
