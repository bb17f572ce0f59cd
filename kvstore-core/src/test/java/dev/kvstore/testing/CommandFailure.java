package dev.kvstore.testing;

import java.util.List;
import java.util.stream.Stream;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonString;

/** The error reply to a command. */
final class CommandFailure extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int code;
  private final String name;

  @SuppressWarnings("serial") // List.of returns a serializable list
  private final List<String> labels;

  CommandFailure(int code, String name, String message, String... labels) {
    super(message);
    this.code = code;
    this.name = name;
    this.labels = List.of(labels);
  }

  BsonDocument reply() {
    BsonDocument reply = new BsonDocument();
    if (!labels.isEmpty()) {
      Stream<BsonString> texts = labels.stream().map(BsonString::new);
      reply.put("errorLabels", new BsonArray(texts.toList()));
    }
    return reply
        .append("ok", new BsonDouble(0))
        .append("errmsg", new BsonString(getMessage()))
        .append("code", new BsonInt32(code))
        .append("codeName", new BsonString(name));
  }
}
