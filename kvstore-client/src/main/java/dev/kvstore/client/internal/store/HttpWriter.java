package dev.kvstore.client.internal.store;

import dev.kvstore.BatchOptions;
import dev.kvstore.BatchOutcome;
import dev.kvstore.BatchResult;
import dev.kvstore.DeleteResult;
import dev.kvstore.KVEntry;
import dev.kvstore.KVException;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVOperation;
import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.RevisionSource;
import dev.kvstore.SetDefaultResult;
import dev.kvstore.UnavailableException;
import dev.kvstore.WriteCondition;
import dev.kvstore.WriteOptions;
import dev.kvstore.client.internal.request.Answer;
import dev.kvstore.client.internal.request.Call;
import dev.kvstore.client.internal.request.Query;
import dev.kvstore.client.internal.request.StoreUrls;
import dev.kvstore.client.internal.request.WireReader;
import dev.kvstore.internal.bson.BsonValues;
import dev.kvstore.internal.support.Deadline;
import dev.kvstore.spi.Cause;
import dev.kvstore.spi.Mutation;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Write;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.jspecify.annotations.Nullable;

/** The writes to a store behind a service. */
record HttpWriter(StoreUrls urls, LostWriteResolver lostWrites) {
  /** The approximate size of the parts of a batch that is not atomic. */
  private static final int MAX_BATCH_BYTES = 4 * 1024 * 1024;

  /**
   * The maximum number of keys of such a part; the service and this client apply a separate time
   * limit to each 1,000 keys.
   */
  private static final int MAX_BATCH_KEYS = 1000;

  KVMetadata write(Write write, Deadline deadline) {
    Call call =
        write.cause().operation() == KVOperation.ROLLBACK && write.cause().from() != null
            ? rollback(write, write.cause().from())
            : replacing(write);
    return lostWrites.send(
        call,
        write.etag(),
        deadline,
        answer -> answer.read(body -> WireReader.metadata(body, write.key())),
        KVEntry::metadata);
  }

  /** Returns the call to restore a value, which the service reads itself. */
  private Call rollback(Write write, RevisionSource from) {
    BsonDocument body = new BsonDocument("etag", new BsonString(from.etag().orElseThrow()));
    return Call.write(
        "POST",
        urls.at("/rollbacks", write.key(), Query.none()),
        write.key(),
        write.condition(),
        write.cause(),
        HttpHistory.body(body));
  }

  private Call replacing(Write write) {
    Query query =
        write.expiryKept() ? Query.none().and("ttl", "keep") : withTimeToLive(left(write));
    return put(urls.key(write.key(), query), write, write.condition());
  }

  /** Returns the time to live; the service takes no instant of an expiry. */
  private @Nullable Duration left(Write write) {
    if (write.expiresAt() == null) {
      return write.timeToLive();
    }
    Instant now = lostWrites.transport().exchanges().clock().instant();
    Duration left = Duration.between(now, write.expiresAt());
    return left.toMillis() < 1 ? Duration.ofMillis(1) : left;
  }

  /** @param asksDatabase true if an existing value must not come from a cache of the service */
  SetDefaultResult<RawValue> setDefault(Write write, boolean asksDatabase, Deadline deadline) {
    URI url = urls.at("/defaults", write.key(), withTimeToLive(write.timeToLive()));
    Call call = put(url, write, WriteCondition.NONE);
    return lostWrites.send(
        asksDatabase ? call.with("Cache-Control", "no-cache") : call,
        write.etag(),
        deadline,
        answer -> defaulted(answer, write.key()),
        entry -> new SetDefaultResult<>(entry, true));
  }

  /**
   * Parses the result. An existing entry with the write's own etag was stored by an earlier
   * attempt.
   */
  private static SetDefaultResult<RawValue> defaulted(Answer answer, String key) {
    KVEntry<RawValue> entry = answer.read(body -> WireReader.entry(body, key));
    return new SetDefaultResult<>(
        entry, answer.status() == 201 || entry.etag().equals(answer.call().etag()));
  }

  private static Call put(URI url, Write write, WriteCondition condition) {
    return Call.write(
        "PUT", url, write.key(), condition, write.cause(), write.value().toByteArray());
  }

  /** @param deadlines supplies the deadline of each part of the batch */
  BatchResult writeMany(
      Map<String, RawValue> values, BatchOptions options, Supplier<Deadline> deadlines) {
    List<List<String>> groups = options.isAtomic()
        ? List.of(List.copyOf(values.keySet()))
        : Groups.of(
            values.keySet(),
            key -> key.length() + value(values, key).size(),
            MAX_BATCH_BYTES,
            MAX_BATCH_KEYS);
    int created = 0;
    int replaced = 0;
    for (int i = 0; i < groups.size(); i++) {
      Map<String, RawValue> part = new LinkedHashMap<>();
      groups.get(i).forEach(key -> part.put(key, value(values, key)));
      try {
        BatchResult result = writePart(part, options, deadlines.get());
        created += result.created();
        replaced += result.replaced();
      } catch (KVException e) {
        throw options.isAtomic() ? e : failed(e, groups, i);
      }
    }
    return new BatchResult(created, replaced);
  }

  /** Returns the error of a batch of which this part failed, with the outcome of each key. */
  private static KVException failed(KVException e, List<List<String>> groups, int part) {
    BatchOutcome own = e.batchOutcome().orElseGet(() -> {
      boolean lost = e instanceof OutcomeUnknownException;
      List<String> keys = groups.get(part);
      return new BatchOutcome(List.of(), lost ? List.of() : keys, lost ? keys : List.of());
    });
    BatchOutcome outcome = new BatchOutcome(
        joined(flat(groups.subList(0, part)), own.written()),
        joined(own.notWritten(), flat(groups.subList(part + 1, groups.size()))),
        own.unknown());
    boolean partly = e instanceof UnavailableException && !outcome.written().isEmpty();
    return KVException.with(
        partly
            ? new OutcomeUnknownException(
                "A part of the batch was written: " + outcome + ". " + e.getMessage(), e)
            : e,
        outcome);
  }

  private static List<String> flat(List<List<String>> groups) {
    return groups.stream().flatMap(List::stream).toList();
  }

  private static List<String> joined(List<String> first, List<String> second) {
    return Stream.concat(first.stream(), second.stream()).toList();
  }

  private static RawValue value(Map<String, RawValue> values, String key) {
    return Objects.requireNonNull(values.get(key), key);
  }

  private BatchResult writePart(
      Map<String, RawValue> values, BatchOptions options, Deadline deadline) {
    Query query = atomic(withTimeToLive(options.timeToLive().orElse(null)), options.isAtomic());
    Call call = Call.write(
        "PUT",
        urls.at("/values", query),
        null,
        WriteCondition.NONE,
        Cause.of(options),
        BsonValues.document(values));
    return lostWrites.send(
        call, null, deadline, answer -> answer.read(WireReader::batchResult), null);
  }

  KVEntry<RawValue> increment(String key, long by, WriteOptions options, Deadline deadline) {
    Call call = Call.write(
        "POST",
        urls.at("/counters", key, withTimeToLive(options.timeToLive().orElse(null))),
        key,
        options.condition(),
        Cause.of(options),
        BsonValues.document(Map.of("by", BsonValues.ofNumber(by, true))));
    return lostWrites.send(
        call,
        options.etag().orElse(null),
        deadline,
        answer -> answer.read(body -> WireReader.counter(body, key)),
        entry -> entry);
  }

  boolean delete(String key, WriteOptions options, Deadline deadline) {
    Call call = Call.write(
        "DELETE", urls.key(key, Query.none()), key, options.condition(), Cause.of(options), null);
    return lostWrites.<Boolean>send(
        call, options.etag().orElse(null), deadline, HttpWriter::deleted, null);
  }

  /** Deletes keys. Each condition is none or an etag. */
  DeleteResult deleteMany(Mutation.DeleteMany deletion, Deadline deadline) {
    Map<String, WriteCondition> conditions = deletion.conditions();
    BsonArray entries = new BsonArray();
    conditions.forEach((key, condition) -> {
      BsonDocument entry = new BsonDocument("key", new BsonString(key));
      if (condition instanceof WriteCondition.IfMatch match) {
        entry.append("etag", new BsonString(match.etag()));
      }
      entries.add(entry);
    });
    Call call = Call.write(
        "POST",
        urls.at("/deletions", atomic(Query.none(), deletion.options().isAtomic())),
        null,
        WriteCondition.NONE,
        Cause.of(deletion.options()),
        BsonValues.document(Map.of("entries", BsonValues.ofBsonValue(entries))));
    Set<String> left = Set.copyOf(
        lostWrites.send(call, null, deadline, answer -> answer.read(WireReader::changed), null));
    return new DeleteResult(
        conditions.keySet().stream().filter(key -> !left.contains(key)).toList(),
        conditions.keySet().stream()
            .filter(key -> left.contains(key) && !WriteCondition.NONE.equals(conditions.get(key)))
            .toList(),
        Optional.empty());
  }

  private static Query atomic(Query query, boolean atomic) {
    return atomic ? query.and("atomic", "true") : query;
  }

  private static boolean deleted(Answer answer) {
    if (answer.isKeyNotFound()) {
      return false;
    }
    answer.expect(204);
    return true;
  }

  private static Query withTimeToLive(@Nullable Duration timeToLive) {
    Query query = Query.none();
    return timeToLive == null ? query : query.and("ttl", timeToLive.toString());
  }
}
