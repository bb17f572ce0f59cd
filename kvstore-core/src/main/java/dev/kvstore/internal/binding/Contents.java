package dev.kvstore.internal.binding;

import dev.kvstore.internal.bson.BsonText;
import dev.kvstore.internal.bson.BsonValues;
import dev.kvstore.internal.mapping.BsonCodec;
import dev.kvstore.spi.RawValue;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds the stored values of groups and their settings, ignoring unknown names. Not thread-safe.
 */
record Contents(BsonCodec codec, StoredKeys keys, String separator) {
  /** Returns true if a key or a document has a value for a member of the shape. */
  boolean hasAny(Shape shape, String below, List<Document> documents) {
    return documents.stream().anyMatch(document -> hasAny(shape, document.members()))
        || shape.members().stream().anyMatch(member -> hasAny(member, below + member.name()));
  }

  private boolean hasAny(Shape shape, Map<String, RawValue> document) {
    return document.isEmpty()
        || document.entrySet().stream().anyMatch(entry -> {
          Member member = shape.member(entry.getKey());
          return member != null && hasAny(member, entry.getValue());
        });
  }

  private boolean hasAny(Member member, RawValue value) {
    return Optional.ofNullable(member.shape())
        .flatMap(shape -> BsonValues.members(value).map(members -> hasAny(shape, members)))
        .orElseGet(() -> known(member, value).hasAny());
  }

  private boolean hasAny(Member member, String key) {
    StoredKeys.Stored own = keys.find(key);
    if (own != null && hasAny(member, own.value())) {
      return true;
    }
    if (member.shape() != null) {
      return hasAny(member.shape(), key + separator, List.of());
    }
    List<StoredKeys.Below> below = keys.below(key, member.container());
    try {
      return !below.isEmpty() && known(member, gathered(member, null, below)).hasAny();
    } catch (Gathering.MalformedException e) {
      return true; // malformed, which will be reported
    }
  }

  /**
   * Returns a list gathered from keys such as {@code hosts[0]}, or a map gathered from keys such as
   * {@code limits.red} and a document.
   */
  RawValue gathered(Member member, @Nullable RawValue document, List<StoredKeys.Below> below)
      throws Gathering.MalformedException {
    Gathering gathering = new Gathering(Gathering.content(member.type().type()), separator);
    if (document != null) {
      gathering.add("", document);
    }
    for (StoredKeys.Below part : below) {
      gathering.add(part.place(), part.stored().value());
    }
    return gathering.value();
  }

  BsonCodec.Known known(Member member, RawValue value) {
    return codec.known(value, member.type(), separator);
  }

  /** Adds the members of a document that the shape does not have to the unread keys. */
  void addUnread(Shape shape, Map<String, RawValue> document, String below) {
    document.forEach((name, value) -> {
      Member member = shape.member(name);
      Shape inner = member == null ? null : member.shape();
      if (member == null) {
        keys.addUnread(below + BsonText.shown(name));
      } else if (inner != null) {
        BsonValues.members(value)
            .ifPresent(members -> addUnread(inner, members, below + member.name() + separator));
      }
    });
  }
}
