package dev.kvstore.testing;

import java.util.HexFormat;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonTimestamp;
import org.bson.BsonValue;

/**
 * A position in a change stream, in the format of MongoDB 4.4 without the collection and document
 * of an event. Tokens are ordered by their texts.
 *
 * @param data the text
 */
record ResumeToken(String data) implements Comparable<ResumeToken> {
  /** Returns the token before all events at this time. */
  static ResumeToken before(BsonTimestamp time) {
    return new ResumeToken("82%016X2B0229296E04".formatted(time.getValue()));
  }

  /** @param index the index of the event among those at the same time */
  static ResumeToken ofEvent(BsonTimestamp time, int index) {
    return new ResumeToken("82%016X2B022C0100%s6E04".formatted(time.getValue(), encoded(index)));
  }

  static ResumeToken ofInvalidate(BsonTimestamp time) {
    return new ResumeToken("82%016X2B022C0100296F04".formatted(time.getValue()));
  }

  /** Encodes a number like the server, so that longer texts are larger numbers. */
  private static String encoded(int number) {
    return number == 0
        ? "29"
        : number < 128 ? "2B%02X".formatted(number * 2) : "2C%04X".formatted(number * 2);
  }

  /**
   * Parses a token sent by a client.
   *
   * @throws CommandFailure if it is not a token
   */
  static ResumeToken of(BsonDocument token) {
    BsonValue data = token.get("_data");
    if (data == null || !data.isString()) {
      throw new CommandFailure(
          40647,
          "Location40647",
          "Bad resume token: _data of missing or of wrong type. Expected string, got "
              + token.toJson().replace("\"", ""));
    }
    String text = data.asString().getValue();
    if (!text.matches("([0-9A-F]{2})+")) {
      throw new CommandFailure(
          9, "FailedToParse", "resume token string was not a valid hex string");
    }
    return new ResumeToken(text);
  }

  BsonTimestamp time() {
    return new BsonTimestamp(HexFormat.fromHexDigitsToLong(data, 2, 18));
  }

  boolean isOfInvalidate() {
    return data.startsWith("6F", "82%016X2B022C010029".formatted(0).length());
  }

  BsonDocument toBson() {
    return new BsonDocument("_data", new BsonString(data));
  }

  @Override
  public int compareTo(ResumeToken other) {
    return data.compareTo(other.data);
  }
}
