package dev.kvstore.internal.typed;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kvstore.AtomicNotSupportedException;
import dev.kvstore.DeleteOptions;
import dev.kvstore.DeleteResult;
import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVQuery;
import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.ReadOptions;
import dev.kvstore.WriteCondition;
import dev.kvstore.internal.support.Chunks;
import dev.kvstore.internal.support.KeyOrder;
import dev.kvstore.internal.support.Sha256;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.Mutation;
import dev.kvstore.spi.Projection;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** A deletion of many entries of a store. */
public record Deletion(EntryStore store, DeleteOptions options) {
  public Deletion {
    Objects.requireNonNull(options, "options");
  }

  /** The maximum number of keys of one mutation, unless it must be atomic. */
  private static final int AT_ONCE = 1000;

  /** How many entries are read at a time if the values must be read to get the etags. */
  private static final int READ_AT_ONCE = 20;

  /** Deletes all entries whose keys begin with the prefix. */
  public DeleteResult under(String prefix) {
    return delete(those(prefix), present(prefix).toList(), options.fingerprint().isPresent());
  }

  /**
   * Like {@link #under(String)}, for at most this many entries, and atomically if the store can.
   */
  public DeleteResult under(String prefix, int most) {
    List<KVMetadata> present = present(prefix).limit(most + 1L).toList();
    checkSize(present.size(), most);
    return delete(those(prefix), present, true);
  }

  public static void checkSize(int entries, int most) {
    if (entries > most) {
      throw new InvalidInputException(
          ErrorCode.TOO_LARGE, "At most " + most + " entries can be deleted at once");
    }
  }

  private Stream<KVMetadata> present(String prefix) {
    return store.stream(
        new KeyRange(prefix, null),
        Projection.METADATA,
        KVQuery.MAX_LIMIT,
        ReadOptions.DEFAULT.bypassingCache());
  }

  private static String those(String prefix) {
    return "What begins with '" + prefix + "'";
  }

  /** Deletes the entries whose condition holds. Each condition is none or an etag. */
  public DeleteResult of(Map<String, WriteCondition> conditions) {
    if (!options.isDryRun() && options.fingerprint().isEmpty()) {
      return delete(conditions);
    }
    Map<String, KVMetadata> found = new HashMap<>();
    for (List<String> part : Chunks.of(conditions.keySet(), READ_AT_ONCE)) {
      store
          .find(part, ReadOptions.DEFAULT.bypassingCache())
          .forEach(entry -> found.put(entry.key(), entry.metadata()));
    }
    List<KVMetadata> matched = new ArrayList<>();
    conditions.forEach((key, condition) -> {
      KVMetadata entry = found.get(key);
      if (entry != null && condition.holdsFor(entry.etag())) {
        matched.add(entry);
      }
    });
    return delete(
        "What is under these " + conditions.size() + " keys",
        matched,
        options.fingerprint().isPresent());
  }

  /** Deletes these entries if they match the options; atomically if possible. */
  private DeleteResult delete(String what, List<KVMetadata> matched, boolean together) {
    String present = fingerprint(matched);
    Optional<String> demanded = options.fingerprint();
    if (!demanded.orElse(present).equals(present)) {
      throw PreconditionFailedException.ofMany(
          what + " has the fingerprint " + present + ", the deletion demanded "
              + demanded.orElseThrow(),
          present);
    }
    DeleteResult result;
    if (options.isDryRun()) {
      result = new DeleteResult(
          matched.stream().map(KVMetadata::key).toList(), List.of(), Optional.empty());
    } else {
      Map<String, WriteCondition> conditions = new LinkedHashMap<>();
      matched.forEach(entry -> conditions.put(
          entry.key(),
          demanded.isEmpty() ? WriteCondition.NONE : WriteCondition.ifMatch(entry.etag())));
      result = together ? deleteAtomicallyIfPossible(conditions) : delete(conditions);
    }
    return new DeleteResult(result.keys(), result.changed(), Optional.of(present));
  }

  private DeleteResult deleteAtomicallyIfPossible(Map<String, WriteCondition> conditions) {
    try {
      return new Deletion(store, options.atomic()).delete(conditions);
    } catch (AtomicNotSupportedException e) {
      if (options.isAtomic()) {
        throw e;
      }
      return delete(conditions);
    } catch (PreconditionFailedException e) { // an entry has changed since it was read
      throw PreconditionFailedException.ofMany(
          "The entries have changed while they were to be deleted; nothing was deleted", null);
    }
  }

  private DeleteResult delete(Map<String, WriteCondition> conditions) {
    List<String> deleted = new ArrayList<>();
    List<String> changed = new ArrayList<>();
    int atOnce = options.isAtomic() ? Integer.MAX_VALUE : AT_ONCE;
    for (List<String> keys : Chunks.of(conditions.keySet(), atOnce)) {
      Map<String, WriteCondition> part = new LinkedHashMap<>();
      keys.forEach(key -> part.put(key, Objects.requireNonNull(conditions.get(key))));
      try {
        DeleteResult result = store.apply(new Mutation.DeleteMany(part, options));
        deleted.addAll(result.keys());
        changed.addAll(result.changed());
      } catch (RuntimeException e) {
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

  /** Returns a fingerprint of these entries in their current versions. */
  private static String fingerprint(Collection<KVMetadata> entries) {
    MessageDigest digest = Sha256.start();
    entries.stream()
        .sorted(Comparator.comparing(KVMetadata::key, KeyOrder.INSTANCE))
        // Keys contain no line feeds.
        .map(entry -> entry.key() + '\n' + entry.etag() + '\n')
        .forEach(line -> digest.update(line.getBytes(UTF_8)));
    return HexFormat.of().formatHex(digest.digest(), 0, 16);
  }
}
