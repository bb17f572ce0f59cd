package dev.kvstore.internal.typed;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kvstore.AtomicNotSupportedException;
import dev.kvstore.DeleteOptions;
import dev.kvstore.DeleteResult;
import dev.kvstore.KVEntry;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVQuery;
import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.ReadOptions;
import dev.kvstore.UnavailableException;
import dev.kvstore.WriteCondition;
import dev.kvstore.internal.support.Sha256;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.Mutation;
import dev.kvstore.spi.Projection;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A deletion of many entries of a store. */
public record Deletion(EntryStore store, DeleteOptions options) {
  /** The most keys of one mutation, unless all have to be in it. */
  private static final int AT_ONCE = 1000;

  /** How many entries are read with their values, for the sake of their etags. */
  private static final int READ_AT_ONCE = 20;

  /** Deletes all entries whose keys begin with the prefix. */
  public DeleteResult under(String prefix) {
    KeyRange range = new KeyRange(prefix, null);
    ReadOptions fresh = ReadOptions.DEFAULT;
    return isPlain()
        ? delete(unconditional(
            store.stream(range, Projection.KEYS, KVQuery.MAX_LIMIT, fresh).toList()))
        : delete(
            "What begins with '" + prefix + "'",
            store.stream(range, Projection.METADATA, KVQuery.MAX_LIMIT, fresh).toList());
  }

  /** Deletes the entries of these keys. */
  public DeleteResult of(Collection<String> keys) {
    Map<String, WriteCondition> conditions = unconditional(keys);
    return isPlain()
        ? delete(conditions)
        : delete("What is under these " + conditions.size() + " keys", matching(conditions));
  }

  private boolean isPlain() {
    return !options.isDryRun() && options.fingerprint().isEmpty();
  }

  private static Map<String, WriteCondition> unconditional(Collection<String> keys) {
    Map<String, WriteCondition> conditions = new LinkedHashMap<>();
    keys.forEach(key -> conditions.put(key, WriteCondition.NONE));
    return conditions;
  }

  /** Returns the metadata of the entries that there are and for which the conditions hold. */
  public List<KVMetadata> matching(Map<String, WriteCondition> conditions) {
    List<KVMetadata> found = new ArrayList<>();
    for (Map<String, WriteCondition> part : parts(conditions, READ_AT_ONCE)) {
      store.find(part.keySet(), ReadOptions.DEFAULT.bypassingCache()).stream()
          .map(KVEntry::metadata)
          .filter(entry -> conditions.get(entry.key()).holdsFor(entry.etag()))
          .forEach(found::add);
    }
    return found;
  }

  /** Deletes the entries if they are what the options demand. */
  private DeleteResult delete(String what, List<KVMetadata> matched) {
    String present = fingerprint(matched);
    String demanded = options.fingerprint().orElse(present);
    if (!demanded.equals(present)) {
      throw PreconditionFailedException.ofMany(what, demanded, present);
    }
    if (options.isDryRun()) {
      List<String> keys = matched.stream().map(KVMetadata::key).toList();
      return new DeleteResult(keys, List.of(), Optional.of(present));
    }
    Map<String, WriteCondition> conditions = new LinkedHashMap<>();
    matched.forEach(entry -> conditions.put(entry.key(), WriteCondition.ifMatch(entry.etag())));
    return deleteAtomicallyIfPossible(conditions);
  }

  /** As {@link #delete(Map)}, atomically unless the database has no transactions. */
  public DeleteResult deleteAtomicallyIfPossible(Map<String, WriteCondition> conditions) {
    try {
      return new Deletion(store, options.atomic()).delete(conditions);
    } catch (AtomicNotSupportedException e) {
      if (options.isAtomic()) {
        throw e;
      }
      return delete(conditions);
    }
  }

  /** Deletes the entries for which the conditions hold. */
  public DeleteResult delete(Map<String, WriteCondition> conditions) {
    List<String> deleted = new ArrayList<>();
    List<String> changed = new ArrayList<>();
    int atOnce = options.isAtomic() ? Integer.MAX_VALUE : AT_ONCE;
    for (Map<String, WriteCondition> part : parts(conditions, atOnce)) {
      try {
        DeleteResult result = store.apply(new Mutation.DeleteMany(part, options));
        deleted.addAll(result.keys());
        changed.addAll(result.changed());
      } catch (UnavailableException e) {
        throw deleted.isEmpty()
            ? e
            : new OutcomeUnknownException(
                "Only " + deleted.size() + " of " + conditions.size() + " entries were deleted. "
                    + e.getMessage(),
                e);
      }
    }
    return new DeleteResult(deleted, changed, Optional.empty());
  }

  private static List<Map<String, WriteCondition>> parts(
      Map<String, WriteCondition> all, int size) {
    List<Map<String, WriteCondition>> parts = new ArrayList<>();
    all.forEach((key, condition) -> {
      if (parts.isEmpty() || parts.get(parts.size() - 1).size() == size) {
        parts.add(new LinkedHashMap<>());
      }
      parts.get(parts.size() - 1).put(key, condition);
    });
    return parts;
  }

  /** Returns a text that stands for these entries, each as it is. */
  public static String fingerprint(Collection<KVMetadata> entries) {
    MessageDigest digest = Sha256.start();
    // No key has a line feed.
    entries.forEach(
        entry -> digest.update((entry.key() + '\n' + entry.etag() + '\n').getBytes(UTF_8)));
    return HexFormat.of().formatHex(digest.digest(), 0, 16);
  }
}
