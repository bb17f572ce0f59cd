package dev.kvstore.http.api.entries;

import dev.kvstore.KVEntry;
import dev.kvstore.KVMetadata;
import dev.kvstore.KeyNotFoundException;
import dev.kvstore.WriteOptions;
import dev.kvstore.http.api.IdempotencyCache;
import dev.kvstore.http.api.WriteRequests;
import dev.kvstore.http.route.RequestContext;
import dev.kvstore.http.route.ResourceHandler;
import dev.kvstore.http.wire.Conditions;
import dev.kvstore.http.wire.Format;
import dev.kvstore.http.wire.RequestBodies;
import dev.kvstore.http.wire.ResponseWriter;
import dev.kvstore.spi.CachedEntry;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.Mutation;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Write;
import java.io.IOException;

/** {@code /v1/stores/{store}/keys/{key}}: one entry. */
public record KeyHandler(
    RequestBodies bodies, ResponseWriter answers, PatchHandler patches, IdempotencyCache writes)
    implements ResourceHandler {
  @Override
  public void handle(RequestContext exchange) throws IOException {
    EntryStore store = exchange.entries();
    switch (exchange.method()) {
      case "PUT" -> put(exchange, store);
      case "PATCH" -> patches.handle(exchange, store);
      case "DELETE" -> delete(exchange, store);
      default -> get(exchange, store);
    }
  }

  private void get(RequestContext exchange, EntryStore store) throws IOException {
    CachedEntry held =
        isPlainGet(exchange) ? store.peek(exchange.key(), exchange.readOptions()) : null;
    if (held != null && held.entry().isPresent()) {
      answers.held(exchange, held, held.entry().get());
    } else {
      read(exchange, store);
    }
  }

  private void read(RequestContext exchange, EntryStore store) throws IOException {
    boolean whole = exchange.parameters("view").choice("view", "value", "entry").equals("entry");
    Format format = Format.ofAnswer(exchange.request());
    KVEntry<RawValue> entry = store
        .find(exchange.key(), exchange.readOptions())
        .orElseThrow(() -> new KeyNotFoundException(exchange.key()));
    exchange.tellStale(entry);
    exchange.allowRevalidation();
    if (Conditions.notModified(exchange.request(), entry.etag())) {
      ResponseWriter.metadataHeaders(exchange, entry.metadata());
      ResponseWriter.answerEmpty(exchange, 304);
    } else if (whole) {
      answers.entry(exchange, format, 200, entry);
    } else {
      answers.value(exchange, format, entry);
    }
  }

  private void put(RequestContext exchange, EntryStore store) throws IOException {
    WriteOptions options = WriteRequests.replacing(
        exchange, exchange.parameters("ttl"), Conditions.ofWrite(exchange.request()));
    Format format = Format.ofAnswer(exchange.request());
    RawValue value = bodies.value(exchange);
    Write write = new Write(exchange.key(), value, options);
    KVMetadata written = writes.once(exchange, () -> store.apply(new Mutation.Put(write)));
    answers.metadata(exchange, format, written.version() == 1 ? 201 : 200, written);
  }

  private void delete(RequestContext exchange, EntryStore store) {
    WriteOptions options = WriteRequests.options(
        exchange, exchange.parameters(), Conditions.ofWrite(exchange.request()));
    if (!writes.once(exchange, () -> store.apply(new Mutation.Delete(exchange.key(), options)))) {
      throw new KeyNotFoundException(exchange.key());
    }
    ResponseWriter.answerEmpty(exchange, 204);
  }

  /** Whether this is a {@code GET} of a value as most are: without parameters, and as JSON. */
  private static boolean isPlainGet(RequestContext exchange) {
    String accepted = exchange.request().getHeader("Accept");
    return exchange.method().equals("GET")
        && exchange.request().getQueryString() == null
        && (accepted == null || accepted.equals("*/*") || accepted.equals(Format.JSON.mediaType()));
  }
}
