package dev.kvstore.spi;

import dev.kvstore.KVEntry;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVPage;
import dev.kvstore.ReadOptions;
import java.util.Optional;
import java.util.function.Function;

/**
 * The part of each entry that {@link EntryStore#scan} returns.
 *
 * @param <T> the type of that part
 */
public final class Projection<T> {
  /** Only the keys. */
  public static final Projection<String> KEYS = new Projection<>(
      KVEntry::key,
      Function.identity(),
      key -> Optional.empty(),
      key -> Optional.empty(),
      Scanner::scanKeys);

  /** Everything except the values. */
  public static final Projection<KVMetadata> METADATA = new Projection<>(
      KVEntry::metadata,
      KVMetadata::key,
      Optional::of,
      metadata -> Optional.empty(),
      Scanner::scanMetadata);

  /** The whole entries. */
  public static final Projection<KVEntry<RawValue>> ENTRIES = new Projection<>(
      Function.identity(),
      KVEntry::key,
      entry -> Optional.of(entry.metadata()),
      Optional::of,
      Scanner::scanEntries);

  private final Function<KVEntry<RawValue>, T> ofEntry;
  private final Function<T, String> key;
  private final Function<T, Optional<KVMetadata>> metadata;
  private final Function<T, Optional<KVEntry<RawValue>>> entry;
  private final Scan<T> scan;

  private Projection(
      Function<KVEntry<RawValue>, T> ofEntry,
      Function<T, String> key,
      Function<T, Optional<KVMetadata>> metadata,
      Function<T, Optional<KVEntry<RawValue>>> entry,
      Scan<T> scan) {
    this.ofEntry = ofEntry;
    this.key = key;
    this.metadata = metadata;
    this.entry = entry;
    this.scan = scan;
  }

  /** Reads pages of each projection. Implemented by back ends. */
  public interface Scanner {
    KVPage<String> scanKeys(KeyRange range, int limit, ReadOptions options);

    KVPage<KVMetadata> scanMetadata(KeyRange range, int limit, ReadOptions options);

    KVPage<KVEntry<RawValue>> scanEntries(KeyRange range, int limit, ReadOptions options);
  }

  private interface Scan<T> {
    KVPage<T> read(Scanner scanner, KeyRange range, int limit, ReadOptions options);
  }

  /** Returns the projection of an entry. */
  public T of(KVEntry<RawValue> whole) {
    return ofEntry.apply(whole);
  }

  /** Returns the key of an item. */
  public String key(T item) {
    return key.apply(item);
  }

  /** Returns the metadata of an item, if it has any. */
  public Optional<KVMetadata> metadata(T item) {
    return metadata.apply(item);
  }

  /** Returns the entry of an item, if it is a whole entry. */
  public Optional<KVEntry<RawValue>> entry(T item) {
    return entry.apply(item);
  }

  /** Calls the scanner's method for this projection. */
  public KVPage<T> scan(Scanner scanner, KeyRange range, int limit, ReadOptions options) {
    return scan.read(scanner, range, limit, options);
  }
}
