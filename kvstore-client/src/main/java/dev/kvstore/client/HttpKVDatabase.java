package dev.kvstore.client;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVDatabase;
import dev.kvstore.KVException;
import dev.kvstore.KVStore;
import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.UnavailableException;
import dev.kvstore.client.internal.lastknowngood.LastKnownGoodFile;
import dev.kvstore.client.internal.lastknowngood.LastKnownGoodStore;
import dev.kvstore.client.internal.request.WireReader;
import dev.kvstore.client.internal.store.HttpEntryDatabase;
import dev.kvstore.internal.engine.StoreStack;
import dev.kvstore.internal.engine.StoreStack.Layers;
import dev.kvstore.internal.engine.TypedDatabase;
import dev.kvstore.internal.mapping.BsonCodec;
import dev.kvstore.spi.EntryStore;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;

/**
 * Opens the database of a kvstore service. Does not reach the service, so it succeeds while the
 * service is down.
 *
 * <p>The API and its errors are the same as over a database. Reads are retried at every node of the
 * service, and so are writes that certainly did nothing, for example because no connection was
 * made; they end with {@link UnavailableException}. A write whose response was lost is resolved by
 * its etag in the entry, or by sending it again to the same node, which executes it once. If
 * neither determines the outcome, for example because that node is gone and another client has
 * written since, it ends with {@link OutcomeUnknownException}; read the key before you write again.
 * All of this happens within {@link HttpSettings#withRequestTimeout}. A large batch that is not
 * atomic is sent as several requests.
 *
 * <p>A node is one URL. Behind a load balancer, a request that is sent again may reach another
 * node, which does not know the first one; a {@code set} that was overwritten in between is then
 * executed again. Increments never are.
 *
 * <p>Only https detects bytes that were changed in transit.
 *
 * <p>Reads are served from a near-cache by default, see {@link HttpSettings#withNearCache}, with
 * the same freshness as over a database. For the cache and for watches, a store keeps one event
 * stream open, on a daemon thread, and one more for each watch that resumes in the past.
 * {@link KVStore#cache()} reports its health. Regardless of the node, a store reads nothing older
 * than it has already seen.
 *
 * <p>Set the system property {@code jdk.httpclient.keepalive.timeout} (in seconds; 30 by default,
 * 1200 before JDK 20) below the idle timeouts of the service and of proxies, so that the client
 * closes idle connections first. Do not set {@code jdk.httpclient.enableAllMethodRetry}: it lets
 * the JDK send a delete twice.
 *
 * <p>A response that is not from a kvstore service, for example from a proxy, throws a
 * {@link KVException} that describes it, usually with {@link ErrorCode#UNSUPPORTED_SERVER}.
 *
 * @since 0.1
 */
public final class HttpKVDatabase {
  private HttpKVDatabase() {}

  /** Like {@link #open(URI, HttpSettings)}, with {@link HttpSettings#DEFAULT}. */
  public static KVDatabase open(URI service) {
    return open(service, HttpSettings.DEFAULT);
  }

  /**
   * Opens the database of a service.
   *
   * @param service the URL of the service, for example {@code http://127.0.0.1:7070}; it may have a
   *     path, for a service behind a proxy
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER} if the URL is not http
   *     or https or has a user, query or fragment
   */
  public static KVDatabase open(URI service, HttpSettings settings) {
    return open(List.of(Objects.requireNonNull(service, "service")), settings);
  }

  /**
   * Like {@link #open(URI, HttpSettings)}, for a service with several nodes. Requests go to the
   * first until it fails, then to the next. A failed node is not used for a while.
   *
   * @param services the nodes' URLs, at least one
   * @throws InvalidInputException also if there are none
   */
  public static KVDatabase open(List<URI> services, HttpSettings settings) {
    return typed(services, settings, HttpKVDatabase::beside);
  }

  private static Path beside(Path file, String store) {
    return file.resolveSibling(file.getFileName() + "." + store);
  }

  /** @param files returns the last-known-good file of a store, by the path in the settings */
  static TypedDatabase typed(
      List<URI> services, HttpSettings settings, BiFunction<Path, String, Path> files) {
    Objects.requireNonNull(services, "services");
    Objects.requireNonNull(settings, "settings");
    // Copying the mapper may fail, so do it first. The service enforces the limits of values.
    BsonCodec codec = BsonCodec.create(settings.objectMapper(), WireReader.WIDEST);
    HttpEntryDatabase database = HttpEntryDatabase.open(services, settings.requests());
    Optional<UnaryOperator<EntryStore>> lastKnownGood = settings
        .lastKnownGood()
        .map(path -> store -> LastKnownGoodStore.over(
            store,
            new LastKnownGoodFile(files.apply(path, store.name())),
            database.addresses(),
            database.clock()));
    Layers layers = new Layers(settings.nearCache(), true, database.clock(), lastKnownGood);
    return new TypedDatabase(StoreStack.over("http", database, layers), codec);
  }

  /** Opens databases for {@link KVDatabase#open}. */
  public static final class Provider implements KVDatabase.Provider {
    @Override
    public boolean accepts(String connectionString) {
      return connectionString.startsWith("http://") || connectionString.startsWith("https://");
    }

    @Override
    public KVDatabase open(String connectionString) {
      try {
        return HttpKVDatabase.open(new URI(connectionString));
      } catch (URISyntaxException e) {
        // No cause: its message repeats the text.
        throw new InvalidInputException(
            ErrorCode.INVALID_PARAMETER,
            "The service's URL is malformed: " + e.getReason() + " at character " + e.getIndex());
      }
    }
  }
}
