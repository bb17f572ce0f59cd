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
 * Opens the database of a kvstore service. Opening does not reach the service, so it succeeds where
 * that is down.
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
 *
 * @since 0.1
 */
public final class HttpKVDatabase {
  private HttpKVDatabase() {}

  /** As {@link #open(URI, HttpSettings)}, with {@link HttpSettings#DEFAULT}. */
  public static KVDatabase open(URI service) {
    return open(service, HttpSettings.DEFAULT);
  }

  /**
   * Opens the database of a service.
   *
   * @param service where the service is, for example {@code http://127.0.0.1:7070}, or a path below
   *     a host where a proxy has put it
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER} if the URL is not http
   *     or https or has a user, query or fragment
   */
  public static KVDatabase open(URI service, HttpSettings settings) {
    return open(List.of(Objects.requireNonNull(service, "service")), settings);
  }

  /**
   * As {@link #open(URI, HttpSettings)}, for a service that several nodes give over the same
   * database. The first is asked until it cannot be reached or cannot answer, then the next, and
   * that one from then on; a node that failed is left alone for a while.
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
    // First, as the mapper's copy may fail. How large a value may be is for the service to say.
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

  /** Opens databases by {@link KVDatabase#open}. */
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
        // Without its message, which repeats the text.
        throw new InvalidInputException(
            ErrorCode.INVALID_PARAMETER,
            "The service's URL is malformed: " + e.getReason() + " at character " + e.getIndex());
      }
    }
  }
}
