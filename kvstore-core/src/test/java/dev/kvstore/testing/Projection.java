package dev.kvstore.testing;

import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonValue;

/**
 * A {@code $project} stage that includes or excludes members by their paths. The parent of an
 * included member remains as a document, possibly empty; the plain stand-in would omit it.
 */
final class Projection {
  private final BsonDocument members = new BsonDocument();
  private final boolean including;

  Projection(BsonDocument stage) {
    including = stage.values().stream().allMatch(Projection::isTrue);
    if (!including && stage.values().stream().anyMatch(Projection::isTrue)) {
      throw new IllegalStateException("Only paths to include or to exclude are known: " + stage);
    }
    stage.keySet().forEach(this::add);
    if (including) {
      members.put("_id", BsonBoolean.TRUE);
    }
  }

  private static boolean isTrue(BsonValue value) {
    return value.isNumber()
        ? value.asNumber().intValue() == 1
        : value.asBoolean().getValue();
  }

  private void add(String path) {
    BsonDocument at = members;
    int from = 0;
    for (int dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', from)) {
      at = (BsonDocument) at.computeIfAbsent(path.substring(from, dot), none -> new BsonDocument());
      from = dot + 1;
    }
    at.put(path.substring(from), BsonBoolean.TRUE);
  }

  BsonDocument of(BsonDocument document) {
    return of(document, members);
  }

  private BsonDocument of(BsonDocument document, BsonDocument named) {
    BsonDocument projected = new BsonDocument();
    document.forEach((name, value) -> {
      BsonValue rest = named.get(name);
      if (rest == null || rest.isBoolean()) {
        if ((rest != null) == including) {
          projected.put(name, value);
        }
      } else if (!including || value.isDocument() || value.isArray()) {
        projected.put(name, within(value, rest.asDocument()));
      }
    });
    return projected;
  }

  private BsonValue within(BsonValue value, BsonDocument named) {
    if (value.isArray()) {
      return new BsonArray(
          value.asArray().stream().map(item -> within(item, named)).toList());
    }
    return value.isDocument() ? of(value.asDocument(), named) : value;
  }
}
