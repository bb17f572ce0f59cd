package dev.kvstore.client.internal.store;

import dev.kvstore.DropOptions;
import dev.kvstore.KVException;
import dev.kvstore.Names;
import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.client.internal.events.EventTimes;
import dev.kvstore.client.internal.request.Call;
import dev.kvstore.client.internal.request.Endpoints;
import dev.kvstore.client.internal.request.Query;
import dev.kvstore.client.internal.request.RequestSettings;
import dev.kvstore.client.internal.request.StoreUrls;
import dev.kvstore.client.internal.request.Transport;
import dev.kvstore.client.internal.request.WireReader;
import dev.kvstore.internal.support.Closing;
import dev.kvstore.internal.support.Deadline;
import dev.kvstore.spi.EntryDatabase;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The stores behind a service. They share an HTTP client; each has its own seen token and, while it
 * has subscribers, an event stream.
 */
public final class HttpEntryDatabase implements EntryDatabase {
  private final Transport transport;
  private final Duration timeout;

  // Guarded by this.
  private final Map<String, HttpEntryStore> stores = new HashMap<>();
  private boolean closed;

  private HttpEntryDatabase(Transport transport, Duration timeout) {
    this.transport = transport;
    this.timeout = timeout;
  }

  /** Opens the database of a service, without reaching the service. */
  public static HttpEntryDatabase open(List<URI> services, RequestSettings settings) {
    Endpoints endpoints = new Endpoints(services, System::nanoTime);
    return new HttpEntryDatabase(
        new Transport(endpoints, settings, Transport.MAX_ANSWER_BYTES), settings.requestTimeout());
  }

  /** Returns the normalized URLs of the nodes. */
  public List<String> addresses() {
    return transport.endpoints().all().stream().map(Object::toString).toList();
  }

  /** Returns the clock for the expiry of entries. */
  public InstantSource clock() {
    return transport.exchanges().clock();
  }

  /** Returns the store; always the same object for the same name. */
  @Override
  public synchronized HttpEntryStore store(String name) {
    return stores.computeIfAbsent(Names.checkStore(name), this::open);
  }

  private HttpEntryStore open(String name) {
    HttpEntryStore store =
        new HttpEntryStore(name, timeout, EventTimes.DEFAULT, transport.of(name));
    if (closed) {
      store.close();
    }
    return store;
  }

  @Override
  public List<String> storeNames() {
    return storeNames(Deadline.after(timeout));
  }

  private List<String> storeNames(Deadline deadline) {
    Call call = Call.read(StoreUrls.stores(Query.none().and("counts", "false")), null);
    return List.copyOf(transport.send(call, deadline).read(WireReader::stores).keySet());
  }

  @Override
  public Map<String, Long> entryCounts() {
    return transport
        .send(Call.read(StoreUrls.stores(Query.none()), null), Deadline.after(timeout))
        .read(WireReader::stores);
  }

  @Override
  public boolean drop(String name, DropOptions options) {
    HttpEntryStore store = store(name);
    Deadline deadline = Deadline.after(timeout);
    try {
      return store.drop(options, deadline);
    } catch (OutcomeUnknownException e) {
      if (isGone(name, deadline, e)) {
        return true;
      }
      throw e;
    }
  }

  private boolean isGone(String name, Deadline deadline, OutcomeUnknownException failure) {
    try {
      return !storeNames(deadline).contains(name);
    } catch (KVException e) {
      failure.addSuppressed(e);
      return false;
    }
  }

  /** Requests the list of stores, for which the service must query its own database. */
  @Override
  public void ping() {
    storeNames();
  }

  @Override
  public void close() {
    List<Runnable> closers = new ArrayList<>();
    synchronized (this) {
      closed = true;
      stores.values().forEach(store -> closers.add(store::close));
    }
    closers.add(transport::close);
    Closing.all(closers);
  }
}
