package dev.kvstore.testing;

import java.util.HexFormat;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonTimestamp;
import org.bson.BsonValue;

/**
 * A place in a change stream, of the form that MongoDB 4.4 gives it, as far as the place goes: what
 * collection and document an event was of does not follow. Tokens are in the order of their texts.
 *
 * @param data the text
 */
record ResumeToken(String data) implements Comparable<ResumeToken> {
  /** Before all events of that time. */
  static ResumeToken before(BsonTimestamp time) {
    return new ResumeToken("82%016X2B0229296E04".formatted(time.getValue()));
  }

  /** @param index of the event among those of its time */
  static ResumeToken ofEvent(BsonTimestamp time, int index) {
    return new ResumeToken("82%016X2B022C0100%s6E04".formatted(time.getValue(), encoded(index)));
  }

  static ResumeToken ofInvalidate(BsonTimestamp time) {
    return new ResumeToken("82%016X2B022C0100296F04".formatted(time.getValue()));
  }

  /** As the server writes numbers of which longer ones are larger. */
  private static String encoded(int number) {
    return number == 0
        ? "29"
        : number < 128 ? "2B%02X".formatted(number * 2) : "2C%04X".formatted(number * 2);
  }

  /**
   * Reads what a client has sent.
   *
   * @throws CommandFailure if it is no token
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
