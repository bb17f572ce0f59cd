package dev.kvstore.internal.binding;

import dev.kvstore.internal.bson.BsonValues;
import dev.kvstore.spi.RawValue;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A document that fills the members of a group, and the key under which it is stored. */
record Document(String key, Map<String, RawValue> members) {
  /** Adds the value, and returns true, if it is a document. */
  static boolean add(String key, RawValue value, List<Document> documents) {
    Optional<Map<String, RawValue>> members = BsonValues.members(value);
    members.ifPresent(of -> documents.add(new Document(key, of)));
    return members.isPresent();
  }

  /** Returns the member of that name, or else one of the same words. */
  @Nullable
  RawValue member(String name) {
    RawValue exact = members.get(name);
    return exact != null
        ? exact
        : members.entrySet().stream()
            .filter(member -> StoredKeys.areSame(member.getKey(), name))
            .map(Map.Entry::getValue)
            .findFirst()
            .orElse(null);
  }

  /** Returns where a member is, as the end of a message. */
  String where() {
    return " (in the document under key '" + key + "')";
  }
}
