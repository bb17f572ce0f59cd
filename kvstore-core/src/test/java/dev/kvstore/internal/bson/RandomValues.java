package dev.kvstore.internal.bson;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.bson.BsonBinary;
import org.bson.BsonDbPointer;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonJavaScriptWithScope;
import org.bson.BsonRegularExpression;
import org.bson.BsonSymbol;
import org.bson.BsonTimestamp;
import org.bson.types.ObjectId;
import org.jspecify.annotations.Nullable;

/** Generates values from a seed: the same seed and size produce the same value. */
final class RandomValues {
  private static final List<String> HOSTILE_NAMES = List.of(
      "",
      ".",
      "a.b",
      "$",
      "$set",
      "$$",
      "\uFF04",
      "\uFF04set",
      "_id",
      "value",
      "__proto__",
      "0",
      "00",
      "-1",
      " ",
      "\t\n\u0001",
      "\"\\/",
      "\uD83D\uDE00\uD83D\uDC68\u200D\uD83D\uDC69",
      "\u05E9\u05DC\u05D5\u05DD \u202E\u0627\u0644\u0639",
      "e\u0301",
      "\u00E9",
      "\uFEFF",
      "\uFFFF",
      "n".repeat(3_000));

  private final Random random;
  private final int size;

  RandomValues(long seed, int size) {
    this.random = new Random(seed);
    this.size = size;
  }

  /** Returns a value that JSON can represent: text, numbers, booleans, null, lists and maps. */
  @Nullable
  Object json() {
    return value(size, false);
  }

  /** Returns a value of a type that is read for {@code Object}. */
  @Nullable
  Object any() {
    return value(size, true);
  }

  private @Nullable Object value(int budget, boolean all) {
    if (budget > 1 && random.nextInt(3) > 0) {
      return random.nextBoolean() ? list(budget, all) : map(budget, all);
    }
    return all && random.nextInt(3) == 0 ? special() : scalar();
  }

  private List<@Nullable Object> list(int budget, boolean all) {
    List<@Nullable Object> list = new ArrayList<>();
    int length = random.nextInt(Math.min(budget, 12) + 1);
    for (int i = 0; i < length; i++) {
      list.add(value(budget / length, all));
    }
    return list;
  }

  private Map<String, @Nullable Object> map(int budget, boolean all) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    int length = random.nextInt(Math.min(budget, 12) + 1);
    for (int i = 0; i < length; i++) {
      map.put(name(), value(budget / length, all));
    }
    return map;
  }

  private String name() {
    return random.nextInt(3) == 0
        ? HOSTILE_NAMES.get(random.nextInt(HOSTILE_NAMES.size()))
        : text().replace("\0", "");
  }

  private @Nullable Object scalar() {
    return switch (random.nextInt(9)) {
      case 0 -> null;
      case 1 -> random.nextBoolean();
      case 2 -> random.nextInt();
      case 3 -> random.nextInt(5) - 2;
      case 4 -> random.nextLong();
      case 5 -> finite(Double.longBitsToDouble(random.nextLong()));
      case 6 -> random.nextInt(100_000) / 100.0;
      case 7 -> decimal();
      default -> text();
    };
  }

  private static double finite(double number) {
    return Double.isFinite(number) ? number : -0.0;
  }

  private BigDecimal decimal() {
    BigInteger digits = new BigInteger(random.nextInt(112), random);
    int scale = random.nextInt(10) == 0 ? random.nextInt(12_000) - 5_900 : random.nextInt(40) - 5;
    return new BigDecimal(random.nextBoolean() ? digits : digits.negate(), scale);
  }

  private Object special() {
    return switch (random.nextInt(11)) {
      case 0 -> Date.from(Instant.ofEpochMilli(random.nextLong()));
      case 1 -> new UUID(random.nextLong(), random.nextLong());
      case 2 -> new ObjectId();
      case 3 -> random.nextBoolean() ? Double.NaN : Double.NEGATIVE_INFINITY;
      case 4 -> new BsonTimestamp(random.nextLong());
      case 5 -> new BsonRegularExpression(text().replace("\0", ""), "i");
      case 6 -> new BsonSymbol(text());
      case 7 -> new BsonJavaScriptWithScope(text(), new BsonDocument("a", new BsonInt32(1)));
      case 8 -> new BsonDbPointer(text(), new ObjectId());
      case 9 -> new BsonBinary((byte) random.nextInt(3, 256), new byte[random.nextInt(16)]);
      default -> new BigDecimal(new BigInteger(100, random), random.nextInt(6_000));
    };
  }

  String text() {
    StringBuilder text = new StringBuilder();
    int length = random.nextInt(12);
    for (int i = 0; i < length; i++) {
      text.appendCodePoint(codePoint());
    }
    return text.toString();
  }

  private int codePoint() {
    return switch (random.nextInt(6)) {
      case 0 -> random.nextInt(0x20);
      case 1 -> 0x80 + random.nextInt(0x700);
      case 2 -> 0xE000 + random.nextInt(0x2000);
      case 3 -> 0x10000 + random.nextInt(0x100000);
      default -> 0x20 + random.nextInt(0x5F);
    };
  }

  /** Returns the bytes with a few of them changed, inserted, removed or cut off. */
  byte[] mutated(byte[] original) {
    byte[] bytes = original.clone();
    int changes = 1 + random.nextInt(3);
    for (int i = 0; i < changes && bytes.length > 0; i++) {
      bytes = mutatedOnce(bytes, random.nextInt(bytes.length));
    }
    return bytes;
  }

  private byte[] mutatedOnce(byte[] bytes, int at) {
    return switch (random.nextInt(4)) {
      case 0 -> Arrays.copyOf(bytes, at);
      case 1 -> joined(bytes, at, at + 1, new byte[0]);
      case 2 -> joined(bytes, at, at, new byte[] {(byte) random.nextInt()});
      default -> joined(bytes, at, at + 1, new byte[] {(byte) random.nextInt()});
    };
  }

  private static byte[] joined(byte[] bytes, int end, int start, byte[] between) {
    byte[] joined = new byte[end + between.length + bytes.length - start];
    System.arraycopy(bytes, 0, joined, 0, end);
    System.arraycopy(between, 0, joined, end, between.length);
    System.arraycopy(bytes, start, joined, end + between.length, bytes.length - start);
    return joined;
  }
}
