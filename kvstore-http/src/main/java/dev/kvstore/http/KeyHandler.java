package dev.kvstore.http;

import dev.kvstore.KVEntry;
import dev.kvstore.KVMetadata;
import dev.kvstore.KeyNotFoundException;
import dev.kvstore.WriteOptions;
import dev.kvstore.spi.CachedEntry;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.Mutation;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Write;
import java.io.IOException;

/** {@code /v1/stores/{store}/keys/{key}}: one entry. */
record KeyHandler(Bodies bodies, Answers answers, PatchHandler patches, RepeatedWrites writes)
    implements ResourceHandler {
  @Override
  public void handle(Exchange exchange) throws IOException {
    EntryStore store = exchange.entries();
    switch (exchange.method()) {
      case "PUT" -> put(exchange, store);
      case "PATCH" -> patches.handle(exchange, store);
      case "DELETE" -> delete(exchange, store);
      default -> get(exchange, store);
    }
  }

  private void get(Exchange exchange, EntryStore store) throws IOException {
    CachedEntry held =
        exchange.isPlainGet() ? store.peek(exchange.key(), exchange.readOptions()) : null;
    if (held != null && held.entry().isPresent()) {
      answers.held(exchange, held, held.entry().get());
    } else {
      read(exchange, store);
    }
  }

  private void read(Exchange exchange, EntryStore store) throws IOException {
    boolean whole = exchange.parameters("view").choice("view", "value", "entry").equals("entry");
    Format format = exchange.answerFormat();
    KVEntry<RawValue> entry = store
        .find(exchange.key(), exchange.readOptions())
        .orElseThrow(() -> new KeyNotFoundException(exchange.key()));
    exchange.tellStale(entry);
    exchange.allowRevalidation();
    if (Conditions.notModified(exchange.request(), entry.etag())) {
      Answers.metadataHeaders(exchange, entry.metadata());
      exchange.answerEmpty(304);
    } else if (whole) {
      answers.entry(exchange, format, 200, entry);
    } else {
      answers.value(exchange, format, entry);
    }
  }

  private void put(Exchange exchange, EntryStore store) throws IOException {
    WriteOptions options = WriteRequests.replacing(
        exchange, exchange.parameters("ttl"), Conditions.ofWrite(exchange.request()));
    Format format = exchange.answerFormat();
    RawValue value = bodies.value(exchange);
    Write write = new Write(exchange.key(), value, options);
    KVMetadata written = writes.once(exchange, () -> store.apply(new Mutation.Put(write)));
    answers.metadata(exchange, format, written.version() == 1 ? 201 : 200, written);
  }

  private void delete(Exchange exchange, EntryStore store) {
    WriteOptions options = WriteRequests.options(
        exchange, exchange.parameters(), Conditions.ofWrite(exchange.request()));
    if (!writes.once(exchange, () -> store.apply(new Mutation.Delete(exchange.key(), options)))) {
      throw new KeyNotFoundException(exchange.key());
    }
    exchange.answerEmpty(204);
  }
}
