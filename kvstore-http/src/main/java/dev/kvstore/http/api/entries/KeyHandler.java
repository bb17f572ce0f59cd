package dev.kvstore.http.api.entries;

import dev.kvstore.KVEntry;
import dev.kvstore.KVMetadata;
import dev.kvstore.KeyNotFoundException;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.ReadOptions;
import dev.kvstore.WriteCondition;
import dev.kvstore.WriteOptions;
import dev.kvstore.http.api.HistoryRequests;
import dev.kvstore.http.api.IdempotencyCache;
import dev.kvstore.http.api.WriteRequests;
import dev.kvstore.http.route.Parameters;
import dev.kvstore.http.route.RequestContext;
import dev.kvstore.http.route.ResourceHandler;
import dev.kvstore.http.wire.Conditions;
import dev.kvstore.http.wire.Format;
import dev.kvstore.http.wire.RequestBodies;
import dev.kvstore.http.wire.ResponseWriter;
import dev.kvstore.internal.bson.MergePatch;
import dev.kvstore.internal.support.Contention;
import dev.kvstore.spi.CachedEntry;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.Mutation;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.ValueLimits;
import dev.kvstore.spi.Write;
import java.io.IOException;

/** {@code /v1/stores/{store}/keys/{key}}: one entry. */
public record KeyHandler(
    RequestBodies bodies, ResponseWriter responses, ValueLimits limits, IdempotencyCache writes)
    implements ResourceHandler {
  /** Bypasses the near-cache, which may be too stale for a comparison and for a 404. */
  private static final ReadOptions PRESENT = ReadOptions.DEFAULT.bypassingCache();

  @Override
  public void handle(RequestContext context) throws IOException {
    EntryStore store = context.entries();
    switch (context.method()) {
      case "PUT" -> put(context, store);
      case "PATCH" -> patch(context, store);
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
    Parameters parameters = context.parameters("view", "at");
    String view = parameters.choice("view", "value", "entry", "detail");
    Format format = Format.ofAnswer(context.request());
    HistoryRequests.demandAt(context, parameters);
    KVEntry<RawValue> entry = store
        .find(context.key(), context.readOptions())
        .orElseThrow(() -> new KeyNotFoundException(context.key()));
    context.tellStale(entry);
    context.allowRevalidation();
    if (!context.isOfThePast() && Conditions.notModified(context.request(), entry.etag())) {
      ResponseWriter.metadataHeaders(entry.metadata(), context::header);
      ResponseWriter.answerEmpty(context, 304);
    } else {
      switch (view) {
        case "entry" -> responses.entry(context, format, 200, entry);
        case "detail" -> responses.detail(context, format, entry);
        default -> responses.value(context, format, entry);
      }
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

  /** Repeats a read, a merge and a compare-and-set until no other write intervenes. */
  private void patch(RequestContext context, EntryStore store) throws IOException {
    WriteCondition condition = Conditions.ofWrite(context.request());
    WriteOptions options = WriteRequests.patching(context, context.parameters("ttl"));
    Format format = Format.ofAnswer(context.request());
    RawValue patch = bodies.mergePatch(context);
    KVEntry<RawValue> patched =
        writes.once(context, () -> merge(context, store, patch, condition, options, format));
    if (context.isReplayed()) {
      responses.reserve(context, format, ResponseWriter.present(patched));
    }
    responses.entry(context, format, 200, patched);
  }

  private KVEntry<RawValue> merge(
      RequestContext context,
      EntryStore store,
      RawValue patch,
      WriteCondition condition,
      WriteOptions options,
      Format format) {
    String key = context.key();
    Contention contention = new Contention(key);
    while (true) {
      KVEntry<RawValue> present = store.find(key, PRESENT).orElse(null);
      String etag = present == null ? null : present.etag();
      if (!condition.holdsFor(etag)) {
        throw new PreconditionFailedException(key, condition, etag);
      }
      if (present == null || etag == null) {
        throw new KeyNotFoundException(key);
      }
      RawValue merged = MergePatch.apply(patch, ResponseWriter.present(present), limits);
      responses.reserve(context, format, merged);
      WriteOptions unchanged = options.condition(WriteCondition.ifMatch(etag));
      try {
        KVMetadata written = store.apply(new Mutation.Put(new Write(key, merged, unchanged)));
        return KVEntry.of(merged, written);
      } catch (PreconditionFailedException e) {
        contention.lost();
      }
    }
  }

  /** Returns true for a typical {@code GET} of a value: without parameters, and as JSON. */
  private static boolean isPlainGet(RequestContext context) {
    String accepted = context.request().getHeader("Accept");
    return context.method().equals("GET")
        && context.request().getQueryString() == null
        && (accepted == null || accepted.equals("*/*") || accepted.equals(Format.JSON.mediaType()));
  }
}
