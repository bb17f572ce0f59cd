package dev.kvstore.client;

import dev.kvstore.client.internal.events.EventTimes;
import dev.kvstore.client.internal.request.Endpoints;
import dev.kvstore.client.internal.request.Exchanges;
import dev.kvstore.client.internal.request.RequestSettings;
import dev.kvstore.client.internal.request.Transport;
import dev.kvstore.client.internal.store.HttpEntryStore;
import java.net.URI;
import java.util.List;

/** Stores without the layers over them. */
public final class TestStores {
  private TestStores() {}

  /** Returns the store {@code s}. */
  public static HttpEntryStore of(URI service, HttpSettings settings, int maxAnswerBytes) {
    return HttpKVStore.entries(List.of(service), "s", settings, maxAnswerBytes);
  }

  /** Returns one that tries everything in so many rounds, without really waiting in between. */
  public static HttpEntryStore trying(int rounds, HttpSettings settings, URI... services) {
    return trying(rounds, settings, nanos -> {}, services);
  }

  public static HttpEntryStore trying(
      int rounds, HttpSettings settings, Transport.Pause pause, URI... services) {
    Endpoints endpoints = new Endpoints(List.of(services), System::nanoTime);
    RequestSettings requests = requests(settings);
    Exchanges exchanges = new Exchanges("s", requests, Transport.MAX_ANSWER_BYTES);
    return new HttpEntryStore(
        "s", requests, EventTimes.DEFAULT, new Transport(exchanges, endpoints, rounds, pause));
  }

  /** Returns what of the settings each request needs to know. */
  public static RequestSettings requests(HttpSettings settings) {
    return settings.requests();
  }
}
