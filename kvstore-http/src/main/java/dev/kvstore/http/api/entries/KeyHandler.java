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
    RequestBodies bodies, ResponseWriter responses, PatchHandler patches, IdempotencyCache writes)
    implements ResourceHandler {
  @Override
  public void handle(RequestContext context) throws IOException {
    EntryStore store = context.entries();
    switch (context.method()) {
      case "PUT" -> put(context, store);
      case "PATCH" -> patches.handle(context, store);
      case "DELETE" -> delete(context, store);
      default -> get(context, store);
    }
  }

  private void get(RequestContext context, EntryStore store) throws IOException {
    CachedEntry held =
        isPlainGet(context) ? store.peek(context.key(), context.readOptions()) : null;
    if (held != null && held.entry().isPresent()) {
      responses.held(context, held, held.entry().get());
    } else {
      read(context, store);
    }
  }

  private void read(RequestContext context, EntryStore store) throws IOException {
    boolean whole = context.parameters("view").choice("view", "value", "entry").equals("entry");
    Format format = Format.ofAnswer(context.request());
    KVEntry<RawValue> entry = store
        .find(context.key(), context.readOptions())
        .orElseThrow(() -> new KeyNotFoundException(context.key()));
    context.tellStale(entry);
    context.allowRevalidation();
    if (Conditions.notModified(context.request(), entry.etag())) {
      ResponseWriter.metadataHeaders(context, entry.metadata());
      ResponseWriter.answerEmpty(context, 304);
    } else if (whole) {
      responses.entry(context, format, 200, entry);
    } else {
      responses.value(context, format, entry);
    }
  }

  private void put(RequestContext context, EntryStore store) throws IOException {
    WriteOptions options = WriteRequests.replacing(
        context, context.parameters("ttl"), Conditions.ofWrite(context.request()));
    Format format = Format.ofAnswer(context.request());
    RawValue value = bodies.value(context);
    Write write = new Write(context.key(), value, options);
    KVMetadata written = writes.once(context, () -> store.apply(new Mutation.Put(write)));
    responses.metadata(context, format, written.version() == 1 ? 201 : 200, written);
  }

  private void delete(RequestContext context, EntryStore store) {
    WriteOptions options =
        WriteRequests.options(context, context.parameters(), Conditions.ofWrite(context.request()));
    if (!writes.once(context, () -> store.apply(new Mutation.Delete(context.key(), options)))) {
      throw new KeyNotFoundException(context.key());
    }
    ResponseWriter.answerEmpty(context, 204);
  }

  /** Whether this is a {@code GET} of a value as most are: without parameters, and as JSON. */
  private static boolean isPlainGet(RequestContext context) {
    String accepted = context.request().getHeader("Accept");
    return context.method().equals("GET")
        && context.request().getQueryString() == null
        && (accepted == null || accepted.equals("*/*") || accepted.equals(Format.JSON.mediaType()));
  }
}
