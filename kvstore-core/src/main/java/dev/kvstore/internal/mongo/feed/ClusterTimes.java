package dev.kvstore.internal.mongo.feed;

import java.util.HexFormat;
import java.util.OptionalLong;
import org.bson.BsonDocument;
import org.bson.BsonTimestamp;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/** Cluster times as one number: seconds in the upper half, a counter in the lower. */
final class ClusterTimes {
  /** A resume token begins with the type of a timestamp, then has its two halves. */
  private static final String TIMESTAMP = "82";

  private static final int TOKEN_LENGTH = TIMESTAMP.length() + 16;

  private ClusterTimes() {}

  /** Returns the time in this member; empty if it is not a timestamp. */
  static OptionalLong of(BsonDocument document, String member) {
    BsonValue value = document.get(member);
    return value instanceof BsonTimestamp time && time.getValue() > 0
        ? OptionalLong.of(time.getValue())
        : OptionalLong.empty();
  }

  /**
   * Returns the time in a resume token. The format of tokens is not documented, so this is empty
   * for an unknown format.
   */
  static OptionalLong ofToken(@Nullable BsonDocument token) {
    if (token == null
        || !token.isString("_data")
        || !token.getString("_data").getValue().startsWith(TIMESTAMP)
        || token.getString("_data").getValue().length() < TOKEN_LENGTH) {
      return OptionalLong.empty();
    }
    try {
      long time = HexFormat.fromHexDigitsToLong(
          token.getString("_data").getValue(), TIMESTAMP.length(), TOKEN_LENGTH);
      return time > 0 ? OptionalLong.of(time) : OptionalLong.empty();
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }
}
