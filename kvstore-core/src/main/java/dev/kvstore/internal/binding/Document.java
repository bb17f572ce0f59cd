package dev.kvstore.internal.binding;

import dev.kvstore.internal.bson.BsonValues;
import dev.kvstore.spi.RawValue;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A document that fills the members of a group, and the key under which it is stored. */
record Document(String key, Map<String, RawValue> members) {
  /** Adds the value if it is a document. Returns false if it is not. */
  static boolean add(String key, RawValue value, List<Document> documents) {
    Optional<Map<String, RawValue>> members = BsonValues.members(value);
    members.ifPresent(of -> documents.add(new Document(key, of)));
    return members.isPresent();
  }

  /**
   * Returns the member of this name, or else one with an equivalent spelling; null if there is
   * none.
   */
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

  /** Returns the place of a member, as the end of a message. */
  String where() {
    return " (in the document under key '" + key + "')";
  }
}
