package dev.kvstore.internal.transfer;

import com.github.difflib.DiffUtils;
import com.github.difflib.patch.AbstractDelta;
import dev.kvstore.internal.bson.BsonValues;
import dev.kvstore.spi.RawValue;
import java.util.ArrayList;
import java.util.List;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonBinarySubType;
import org.bson.BsonDocument;
import org.bson.BsonValue;

/**
 * Replaces a stored value by one read from JSON. Parts whose JSON form is unchanged keep their
 * stored types, at any depth, such as a date or an int64.
 */
public final class StoredTypes {
  /**
   * The maximum length of arrays in which moved items are found; longer ones are compared item by
   * item, because that would take too long.
   */
  private static final int LONGEST = 2000;

  private final boolean deep;
  private final List<String> changes = new ArrayList<>();

  private StoredTypes(boolean deep) {
    this.deep = deep;
  }

  /**
   * A value to store.
   *
   * @param changes the paths of the parts whose types change
   */
  public record Kept(RawValue value, List<String> changes) {}

  /**
   * Returns the new value with the stored types.
   *
   * @param deep true to keep members that only the stored objects have
   */
  public static Kept keep(String key, RawValue stored, RawValue given, boolean deep) {
    StoredTypes types = new StoredTypes(deep);
    BsonValue kept = types.keep(
        FileProblems.Path.of(key), BsonValues.toBsonValue(stored), BsonValues.toBsonValue(given));
    return new Kept(BsonValues.ofBsonValue(kept), types.changes);
  }

  /** Returns the paths of the stored members that the new value lacks. */
  public static List<String> dropped(String key, RawValue stored, RawValue given) {
    List<String> paths = new ArrayList<>();
    addDropped(
        FileProblems.Path.of(key),
        BsonValues.toBsonValue(stored),
        BsonValues.toBsonValue(given),
        paths);
    return paths;
  }

  private static void addDropped(
      FileProblems.Path path, BsonValue stored, BsonValue given, List<String> paths) {
    if (!stored.isDocument() || !given.isDocument()) {
      return;
    }
    stored.asDocument().forEach((name, value) -> {
      BsonValue other = given.asDocument().get(name);
      if (other == null) {
        paths.add(path.member(name).toString());
      } else {
        addDropped(path.member(name), value, other, paths);
      }
    });
  }

  private BsonValue keep(FileProblems.Path path, BsonValue stored, BsonValue given) {
    if (stored.isDocument() && given.isDocument()) {
      return document(path, stored.asDocument(), given.asDocument());
    }
    if (stored.isArray() && given.isArray()) {
      return new BsonArray(items(path, stored.asArray(), given.asArray()));
    }
    if (json(stored).equals(json(given))) {
      return stored;
    }
    String before = typeName(stored);
    String after = typeName(given);
    if (!before.equals(after) && !stored.isNull() && !given.isNull()) {
      changes.add(path + "its type changes from " + before + " to " + after);
    }
    return given;
  }

  private BsonDocument document(FileProblems.Path path, BsonDocument stored, BsonDocument given) {
    BsonDocument result = new BsonDocument();
    if (deep) {
      result.putAll(stored);
    }
    given.forEach((name, value) -> {
      BsonValue before = stored.get(name);
      result.put(name, before == null ? value : keep(path.member(name), before, value));
    });
    return result;
  }

  private List<BsonValue> items(FileProblems.Path path, BsonArray stored, BsonArray given) {
    List<BsonValue> result = new ArrayList<>(given);
    int common = Math.min(stored.size(), given.size());
    if (Math.max(stored.size(), given.size()) > LONGEST) {
      keepItems(path, stored.subList(0, common), 0, result);
      return result;
    }
    int from = 0;
    int to = 0;
    for (AbstractDelta<String> delta : DiffUtils.diff(
            stored.stream().map(StoredTypes::json).toList(),
            given.stream().map(StoredTypes::json).toList())
        .getDeltas()) {
      while (from < delta.getSource().getPosition()) {
        result.set(to++, stored.get(from++));
      }
      int pairs = Math.min(delta.getSource().size(), delta.getTarget().size());
      keepItems(path, stored.subList(from, from + pairs), to, result);
      from += delta.getSource().size();
      to += delta.getTarget().size();
    }
    while (from < stored.size()) {
      result.set(to++, stored.get(from++));
    }
    return result;
  }

  /** Replaces items in the result by these, with the types that they keep. */
  private void keepItems(
      FileProblems.Path path, List<BsonValue> stored, int to, List<BsonValue> result) {
    for (int i = 0; i < stored.size(); i++) {
      result.set(to + i, keep(path.item(to + i), stored.get(i), result.get(to + i)));
    }
  }

  private static String json(BsonValue value) {
    return Values.json(BsonValues.ofBsonValue(value));
  }

  /** Returns the value's type in the words of BSON, and UUID. */
  static String typeName(BsonValue value) {
    if (value instanceof BsonBinary binary && BsonBinarySubType.isUuid(binary.getType())) {
      return "UUID";
    }
    return BsonValues.typeName(BsonValues.ofBsonValue(value));
  }
}
