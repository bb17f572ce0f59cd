package dev.kvstore.client.internal.request;

import dev.kvstore.BatchResult;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVEntry;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVPage;
import dev.kvstore.Names;
import dev.kvstore.internal.bson.BsonValues;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.RemoteCopies;
import dev.kvstore.spi.ValueLimits;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.bson.BsonBinaryReader;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonType;
import org.bson.codecs.BsonDocumentCodec;
import org.bson.codecs.DecoderContext;
import org.jspecify.annotations.Nullable;

/**
 * Parses response bodies in one pass. They are untrusted: everything is checked, and anything
 * invalid throws {@link MalformedAnswerException}.
 */
public final class WireReader {
  private static final byte[] NAME = {'v', 'a', 'l', 'u', 'e', 0};
  private static final BsonDocumentCodec CODEC = new BsonDocumentCodec();
  private static final BsonInt64 NONE = new BsonInt64(0);

  /** The largest limits that a service can be configured with. */
  public static final ValueLimits WIDEST = new ValueLimits(15 * 1024 * 1024, 150);

  private final byte[] body;
  private final BsonBinaryReader in;

  private WireReader(byte[] body, BsonBinaryReader in) {
    this.body = body;
    this.in = in;
  }

  public static KVEntry<RawValue> entry(byte[] body, String key) {
    return read(body, in -> {
      KVEntry<RawValue> entry = in.entry();
      checkKey(entry.key(), key);
      return entry;
    });
  }

  /** Reads the entry of this key, whose value is a whole number. */
  public static KVEntry<RawValue> counter(byte[] body, String key) {
    KVEntry<RawValue> entry = entry(body, key);
    if (BsonValues.wholeNumber(required(entry.value(), "value")).isEmpty()) {
      throw new MalformedAnswerException("its value is no whole number", null);
    }
    return entry;
  }

  /** Reads the entry of this key without its value. */
  public static KVMetadata metadata(byte[] body, String key) {
    return read(body, in -> {
      KVMetadata metadata = in.metadata();
      checkKey(metadata.key(), key);
      return metadata;
    });
  }

  /** Checks the key: an intermediary that rewrites URLs could have changed it. */
  private static void checkKey(String found, String wanted) {
    if (!found.equals(wanted)) {
      throw new MalformedAnswerException("it is about another key than '" + wanted + "'", null);
    }
  }

  public static KVPage<KVEntry<RawValue>> entries(byte[] body) {
    return read(body, in -> in.page(WireReader::entry));
  }

  public static KVPage<KVMetadata> metadatas(byte[] body) {
    return read(body, in -> in.page(WireReader::metadata));
  }

  public static KVPage<String> keys(byte[] body) {
    return read(body, in -> in.page(WireReader::key));
  }

  /** Reads the names of stores with their numbers of entries; 0 if omitted. */
  public static Map<String, Long> stores(byte[] body) {
    Map<String, Long> stores = new LinkedHashMap<>();
    read(body, in -> in.page(WireReader::store)).items().forEach(stores::putAll);
    return Collections.unmodifiableMap(stores);
  }

  /** Returns the keys of entries that were not deleted because they had changed. */
  public static List<String> changed(byte[] body) {
    return read(
        body,
        in -> in.document().getArray("changed").stream()
            .map(key -> legalKey(key.asString().getValue()))
            .toList());
  }

  /** Returns the keys of a page of differences, all of which begin with the prefix. */
  public static RemoteCopies.Differing differing(byte[] body, String prefix) {
    return document(
        body,
        page -> new RemoteCopies.Differing(
            page.getArray("items").stream()
                .map(item -> name(item.asDocument().getString("key").getValue(), prefix))
                .toList(),
            page.getNumber("same").longValue(),
            page.isString("next")
                ? Optional.of(name(page.getString("next").getValue(), prefix))
                : Optional.empty()));
  }

  /** The name of an entry that another store has need not be a key, but must be fit to be shown. */
  private static String name(String name, String prefix) {
    if (!name.startsWith(prefix) || name.codePoints().anyMatch(Character::isISOControl)) {
      throw new MalformedAnswerException("a key that was not asked for", null);
    }
    return name;
  }

  public static BatchResult batchResult(byte[] body) {
    return read(body, in -> {
      BsonDocument counts = in.document();
      return new BatchResult(
          Math.toIntExact(counts.getNumber("created").longValue()),
          Math.toIntExact(counts.getNumber("replaced").longValue()));
    });
  }

  /** Reads a small document. */
  static <T> T document(byte[] body, Function<BsonDocument, T> reader) {
    return read(body, in -> reader.apply(in.document()));
  }

  private static <T> T read(byte[] body, Function<WireReader, T> reader) {
    try (BsonBinaryReader in = new BsonBinaryReader(ByteBuffer.wrap(body))) {
      T result = reader.apply(new WireReader(body, in));
      if (in.getBsonInput().getPosition() != body.length) {
        throw new MalformedAnswerException("bytes after its end", null);
      }
      return result;
    } catch (MalformedAnswerException e) {
      throw e;
    } catch (RuntimeException | StackOverflowError e) {
      // The exception for invalid input depends on its position.
      throw new MalformedAnswerException("not the BSON that was expected", e);
    }
  }

  private KVEntry<RawValue> entry() {
    KVEntry<RawValue> entry = entryOrMetadata();
    required(entry.value(), "value");
    return entry;
  }

  private KVMetadata metadata() {
    return entryOrMetadata().metadata();
  }

  private KVEntry<RawValue> entryOrMetadata() {
    RawValue value = null;
    String key = null;
    long version = 0;
    String etag = null;
    Instant createdAt = null;
    Instant updatedAt = null;
    String updatedBy = null;
    Instant expiresAt = null;
    in.readStartDocument();
    while (in.readBsonType() != BsonType.END_OF_DOCUMENT) {
      switch (in.readName()) {
        case "key" -> key = key();
        case "value" -> value = value();
        case "version" -> version = in.readInt64();
        case "etag" -> etag = in.readString();
        case "createdAt" -> createdAt = time();
        case "updatedAt" -> updatedAt = time();
        case "updatedBy" -> updatedBy = isNull() ? null : in.readString();
        case "expiresAt" -> expiresAt = isNull() ? null : time();
        default -> in.skipValue();
      }
    }
    in.readEndDocument();
    if (version < 1) {
      throw new MalformedAnswerException("an entry without a version", null);
    }
    return KVEntry.of(
        value,
        KVMetadata.of(
            required(key, "key"),
            version,
            required(etag, "etag"),
            required(createdAt, "createdAt"),
            required(updatedAt, "updatedAt"),
            updatedBy,
            expiresAt));
  }

  private <T> KVPage<T> page(Function<WireReader, T> item) {
    List<T> items = null;
    String next = null;
    in.readStartDocument();
    while (in.readBsonType() != BsonType.END_OF_DOCUMENT) {
      switch (in.readName()) {
        case "items" -> items = items(item);
        case "next" -> next = isNull() ? null : key();
        default -> in.skipValue();
      }
    }
    in.readEndDocument();
    return new KVPage<>(required(items, "items"), Optional.ofNullable(next));
  }

  private <T> List<T> items(Function<WireReader, T> item) {
    List<T> items = new ArrayList<>();
    in.readStartArray();
    while (in.readBsonType() != BsonType.END_OF_DOCUMENT) {
      items.add(item.apply(this));
    }
    in.readEndArray();
    return items;
  }

  /** Reads a small document. */
  private BsonDocument document() {
    return CODEC.decode(in, DecoderContext.builder().build());
  }

  private Map<String, Long> store() {
    BsonDocument store = document();
    return Map.of(
        legalStore(store.getString("name").getValue()),
        store.getNumber("entries", NONE).longValue());
  }

  private String key() {
    return legalKey(in.readString());
  }

  /** Checks a key: an invalid one could be a control sequence or another path. */
  public static String legalKey(String key) {
    try {
      return Names.checkKey(key);
    } catch (InvalidInputException e) {
      throw new MalformedAnswerException("a key that is none: " + e.getMessage(), null);
    }
  }

  private static String legalStore(String name) {
    try {
      return Names.checkStore(name);
    } catch (InvalidInputException e) {
      throw new MalformedAnswerException("a store that is none: " + e.getMessage(), null);
    }
  }

  private Instant time() {
    return Instant.ofEpochMilli(in.readDateTime());
  }

  /** Reads a null if it comes next. Returns true if it did. */
  private boolean isNull() {
    boolean isNull = in.getCurrentBsonType() == BsonType.NULL;
    if (isNull) {
      in.readNull();
    }
    return isNull;
  }

  private RawValue value() {
    byte type = (byte) in.getCurrentBsonType().getValue();
    int start = in.getBsonInput().getPosition();
    in.skipValue();
    int length = in.getBsonInput().getPosition() - start;
    int size = 4 + 1 + NAME.length + length + 1;
    byte[] document = ByteBuffer.allocate(size)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(size)
        .put(type)
        .put(NAME)
        .put(body, start, length)
        .put((byte) 0)
        .array();
    return BsonValues.checked(document, WIDEST);
  }

  private static <T> T required(@Nullable T member, String name) {
    if (member == null) {
      throw new MalformedAnswerException("no member '" + name + "'", null);
    }
    return member;
  }
}
