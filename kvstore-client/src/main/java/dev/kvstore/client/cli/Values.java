package dev.kvstore.client.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVEntry;
import dev.kvstore.KVPage;
import dev.kvstore.KVQuery;
import dev.kvstore.KVStore;
import dev.kvstore.KVType;
import dev.kvstore.bson.BsonCodec;
import dev.kvstore.bson.JsonTranscoder;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.ValueLimits;
import java.util.Collections;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Values between a store, which keeps every type, and JSON, by the rules of the service: nothing is
 * rounded. Text that is to be a value is held to the service's limits by the service alone.
 */
final class Values {
  /** Reads whatever is stored, so that it can be stored again as what it was. */
  static final KVType<Object> ANY = KVType.of(Object.class);

  private static final ValueLimits LIMITS = new ValueLimits(15 * 1024 * 1024, 150);
  static final JsonTranscoder JSON = new JsonTranscoder(LIMITS);
  private static final BsonCodec CODEC = BsonCodec.create(new JsonMapper(), LIMITS);

  private Values() {}

  /**
   * Returns the one JSON value that the text is.
   *
   * @throws InvalidInputException as {@link JsonTranscoder#parse} does
   */
  static RawValue ofJson(byte[] json) {
    return JSON.parse(json);
  }

  static RawValue ofText(String text) {
    return CODEC.encode(text);
  }

  /** Returns the value that was read from a store as {@link #ANY}. */
  static RawValue ofStored(@Nullable Object value) {
    return CODEC.encode(value);
  }

  /** Returns the value as a store takes it. */
  static @Nullable Object toStore(RawValue value) {
    return CODEC.decode("value", value, ANY);
  }

  /** Returns the value of an entry that was read as {@link #ANY}. */
  static RawValue of(KVEntry<Object> entry) {
    return ofStored(entry.value());
  }

  /** Tells whether two values are the same for whoever sees them as JSON. */
  static boolean same(RawValue one, RawValue other) {
    return one.equals(other) || json(one).equals(json(other));
  }

  /** Returns the value as JSON in one line. */
  static String json(RawValue value) {
    return Generators.text(Generators::line, out -> JSON.write(value, out));
  }

  /** Returns the value as JSON for people, over several lines where it is a container. */
  static String pretty(RawValue value) {
    return Generators.text(Generators::json, out -> JSON.write(value, out));
  }

  /** Returns all entries whose keys begin with the prefix, read page by page. */
  static Iterable<KVEntry<Object>> entries(KVStore store, String prefix) {
    return () -> new Entries(store, KVQuery.prefix(prefix).limit(KVQuery.MAX_LIMIT));
  }

  private static final class Entries implements Iterator<KVEntry<Object>> {
    private final KVStore store;
    private @Nullable KVQuery next;
    private Iterator<KVEntry<Object>> page = Collections.emptyIterator();

    Entries(KVStore store, KVQuery first) {
      this.store = store;
      this.next = first;
    }

    @Override
    public boolean hasNext() {
      while (!page.hasNext() && next != null) {
        KVQuery query = next;
        KVPage<KVEntry<Object>> read = store.entries(query, ANY);
        page = read.items().iterator();
        next = read.next().map(query::after).orElse(null);
      }
      return page.hasNext();
    }

    @Override
    public KVEntry<Object> next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return page.next();
    }
  }
}
