package dev.kvstore.internal.mongo.feed;

import com.mongodb.MongoCommandException;
import com.mongodb.ServerAddress;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.bson.BsonDocument;

/** Recordings of change streams of a real server. */
public final class RecordedStreams {
  private RecordedStreams() {}

  /** Returns the lines of a file of recordings. */
  public static List<BsonDocument> lines(String file) {
    try (InputStream in = RecordedStreams.class.getResourceAsStream("/recorded/" + file)) {
      return new String(Objects.requireNonNull(in, file).readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .map(BsonDocument::parse)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the driver's exception for a recorded error. */
  static MongoCommandException exception(BsonDocument line) {
    return new MongoCommandException(line.getDocument("error"), new ServerAddress());
  }

  /** Returns the events of a recorded stream. */
  public static List<BsonDocument> events(String stream) {
    return lines("events.jsonl").stream()
        .filter(line -> line.getString("stream").getValue().equals(stream))
        .filter(line -> line.containsKey("event"))
        .map(line -> line.getDocument("event"))
        .toList();
  }
}
