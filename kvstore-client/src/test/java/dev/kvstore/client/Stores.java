package dev.kvstore.client;

import java.net.URI;
import java.util.List;

/** Stores that do not really wait before they try again. */
final class Stores {
  private Stores() {}

  /** Returns one that tries everything in so many rounds. */
  static HttpEntryStore trying(int rounds, HttpSettings settings, URI... services) {
    return trying(rounds, settings, nanos -> {}, services);
  }

  static HttpEntryStore trying(
      int rounds, HttpSettings settings, Transport.Pause pause, URI... services) {
    Endpoints endpoints = new Endpoints(List.of(services), System::nanoTime);
    Exchanges exchanges = new Exchanges("s", settings, Transport.MAX_ANSWER_BYTES);
    return new HttpEntryStore("s", settings, new Transport(exchanges, endpoints, rounds, pause));
  }
}
