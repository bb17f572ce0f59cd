package dev.kvstore.client;

import dev.kvstore.client.internal.events.EventTimes;
import dev.kvstore.client.internal.request.Endpoints;
import dev.kvstore.client.internal.request.Exchanges;
import dev.kvstore.client.internal.request.RequestSettings;
import dev.kvstore.client.internal.request.Transport;
import dev.kvstore.client.internal.store.HttpEntryStore;
import java.net.URI;
import java.util.List;

/** Creates stores without layers, each with its own HTTP client. */
public final class TestStores {
  private TestStores() {}

  /** Returns the store {@code s}. */
  public static HttpEntryStore of(URI service, HttpSettings settings, int maxAnswerBytes) {
    Endpoints endpoints = new Endpoints(List.of(service), System::nanoTime);
    return over(settings, new Transport(endpoints, settings.requests(), maxAnswerBytes));
  }

  /** Returns a store with this many rounds of retries and without real pauses between them. */
  public static HttpEntryStore trying(int rounds, HttpSettings settings, URI... services) {
    return trying(rounds, settings, nanos -> {}, services);
  }

  public static HttpEntryStore trying(
      int rounds, HttpSettings settings, Transport.Pause pause, URI... services) {
    Endpoints endpoints = new Endpoints(List.of(services), System::nanoTime);
    Exchanges exchanges = Exchanges.of(settings.requests(), Transport.MAX_ANSWER_BYTES);
    return over(settings, new Transport(exchanges, endpoints, rounds, pause));
  }

  private static HttpEntryStore over(HttpSettings settings, Transport transport) {
    return new HttpEntryStore("s", settings.requestTimeout(), EventTimes.DEFAULT, transport);
  }

  /** Returns the settings of requests. */
  public static RequestSettings requests(HttpSettings settings) {
    return settings.requests();
  }
}
