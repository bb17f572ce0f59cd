package dev.kvstore.internal.mongo.feed;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.bson.BsonDocument;
import org.bson.BsonString;

/**
 * A command and reply recorded with a real MongoDB 4.4.6.
 *
 * @param line a line of a file in {@code recorded/}
 */
public record Recorded(BsonDocument line) {
  public static Recorded replicaSet(String scenario, String note) {
    return find("replica-set.jsonl", scenario, note);
  }

  public static Recorded standalone(String scenario, String note) {
    return find("standalone.jsonl", scenario, note);
  }

  public static Recorded stream(String scenario, String note) {
    return find("streams.jsonl", scenario, note);
  }

  private static Recorded find(String file, String scenario, String note) {
    InputStream in =
        Objects.requireNonNull(Recorded.class.getResourceAsStream("/recorded/" + file));
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      return lines
          .lines()
          .map(BsonDocument::parse)
          .filter(line -> line.getString("scenario").getValue().equals(scenario)
              && line.getString("note", new BsonString("")).getValue().equals(note))
          .map(Recorded::new)
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public BsonDocument command() {
    return line.getDocument("command");
  }

  /** Returns the reply, or the error instead of it. */
  public BsonDocument reply() {
    return line.containsKey("reply") ? line.getDocument("reply") : line.getDocument("error");
  }

  /** Returns the document in the reply of a {@code findAndModify}. */
  public BsonDocument value() {
    return reply().getDocument("value");
  }
}
