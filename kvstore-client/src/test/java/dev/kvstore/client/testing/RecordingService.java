package dev.kvstore.client.testing;

import java.net.URI;
import java.util.List;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonValue;

/** A service with the one entry {@code k} that records the requests it gets. */
public final class RecordingService implements AutoCloseable {
  private static final BsonInt32 VALUE = new BsonInt32(1);

  private final ScriptedService service = new ScriptedService(RecordingService::answer);

  private static Reply answer(Request request) {
    String path = request.uri().replaceFirst("\\?.*", "");
    if (path.equals("/v1/stores")) {
      return page(
          new BsonDocument("name", new BsonString("app")).append("entries", new BsonInt64(1)));
    }
    if (path.endsWith("/events")) {
      return Reply.text(
          200, "text/event-stream", "event: ready\ndata: {\"syncToken\":\"a-1\"}\n\n");
    }
    if (path.endsWith("/keys")) {
      return page(
          request.uri().contains("view=keys") ? new BsonString("k") : Bodies.entry("k", VALUE));
    }
    if (path.endsWith("/values")) {
      return request.method().equals("PUT")
          ? Reply.bson(
              200,
              new BsonDocument("created", new BsonInt64(1)).append("replaced", new BsonInt64(0)))
          : Reply.bson(200, new BsonDocument("k", VALUE));
    }
    if (path.endsWith("/deletions")) {
      return Reply.bson(200, new BsonDocument("changed", new BsonArray()));
    }
    String key = path.substring(path.lastIndexOf('/') + 1);
    if (!key.equals("k") && request.method().equals("GET")) {
      return Reply.problem(404, "key-not-found", ",\"key\":\"" + key + "\"");
    }
    return switch (request.method()) {
      case "DELETE" -> Reply.empty(204);
      case "PUT" -> Reply.bson(200, metadata(request, key));
      default -> Reply.bson(200, Bodies.entry(key, new BsonInt64(1)));
    };
  }

  private static Reply page(BsonValue item) {
    return Reply.bson(200, new BsonDocument("items", new BsonArray(List.of(item))));
  }

  private static BsonDocument metadata(Request request, String key) {
    String etag = request.header("KV-Etag");
    BsonDocument metadata = Bodies.metadata(key);
    return etag == null ? metadata : metadata.append("etag", new BsonString(etag));
  }

  public URI uri() {
    return service.uri();
  }

  /** Returns the methods and URLs of all requests so far, without query. */
  public List<String> requests() {
    return service.requests.stream()
        .map(request -> request.method() + " " + request.uri().replaceFirst("\\?.*", ""))
        .toList();
  }

  @Override
  public void close() {
    service.close();
  }
}
