package dev.kvstore.internal.binding;

import dev.kvstore.BindOptions;
import dev.kvstore.ErrorCode;
import dev.kvstore.KVProblem;
import dev.kvstore.TypeMismatchException;
import dev.kvstore.ValidationFailedException;
import dev.kvstore.Validator;
import dev.kvstore.internal.binding.Member.Presence;
import dev.kvstore.internal.bson.BsonValues;
import dev.kvstore.internal.mapping.BsonCodec;
import dev.kvstore.internal.mapping.Refusals;
import dev.kvstore.spi.RawValue;
import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An attempt to create an object from the entries that were read. Continues after a problem, to
 * collect all. Rules are by key.
 */
record Filling(
    BsonCodec codec,
    StoredKeys keys,
    String separator,
    Map<String, List<BindOptions.Rule<?>>> rules,
    List<KVProblem> problems) {
  /** A value, its key, and its place for messages. */
  private record Source(String key, RawValue value, String where) {}

  private Contents contents() {
    return new Contents(codec, keys, separator);
  }

  /** Returns the whole object, or null if there was a problem. */
  @Nullable
  Object whole(Shape shape, Prefix prefix, @Nullable Object defaults) {
    List<Document> documents = new ArrayList<>();
    StoredKeys.Stored own = prefix.own().isEmpty() ? null : keys.takeExact(prefix.own());
    if (own != null && !Document.add(own.key(), own.value(), documents)) {
      mismatch(own.key(), BsonValues.typeName(own.value()), shape.type().getTypeName(), null);
    }
    documents.forEach(document -> contents().addUnread(shape, document.members(), prefix.below()));
    return make(shape, prefix.given(), prefix.below(), documents, defaults);
  }

  /** Returns the value of a single member without an object around it. */
  @Nullable
  Object only(Member member) {
    return value(member, member.name(), List.of(), null);
  }

  private @Nullable Object make(
      Shape shape, String key, String below, List<Document> documents, @Nullable Object defaults) {
    int before = problems.size();
    List<Member> members = shape.members();
    Object[] made = new Object[members.size()];
    for (int i = 0; i < made.length; i++) {
      Member member = members.get(i);
      made[i] = value(member, below + member.name(), documents, defaults);
    }
    if (problems.size() > before) {
      return null;
    }
    try {
      Object object = shape.make(made);
      settle(shape, object, below, made);
      return problems.size() > before ? null : object;
    } catch (InvocationTargetException e) {
      refused(key, Objects.requireNonNullElse(e.getCause(), e), made);
      return null;
    }
  }

  /** Calls the default methods of members without any other value. */
  private void settle(Shape shape, Object object, String below, @Nullable Object[] made) {
    for (int i = 0; i < made.length; i++) {
      if (made[i] == SnapshotProxy.UNSET) {
        Member member = shape.members().get(i);
        String key = below + member.name();
        try {
          check(key, SnapshotProxy.settle(object, i));
        } catch (Throwable e) { // thrown by the application's code
          problem(
              key,
              ErrorCode.VALIDATION_FAILED,
              "The default of key '" + key + "' failed with " + e.getClass().getName());
        }
      }
    }
  }

  private @Nullable Object value(
      Member member, String key, List<Document> documents, @Nullable Object defaults) {
    Object given = defaults == null ? null : member.of(defaults);
    Object fallback = given == null ? member.fallback() : given;
    Object value = member.shape() == null
        ? leaf(member, key, documents, fallback)
        : nested(member, member.shape(), key, documents, fallback);
    if (value != SnapshotProxy.UNSET) {
      check(key, value);
    }
    return value;
  }

  private @Nullable Object leaf(
      Member member, String key, List<Document> documents, @Nullable Object fallback) {
    Source source;
    try {
      List<StoredKeys.Below> below = keys.below(key, member.container());
      source = below.isEmpty()
          ? source(member, key, documents)
          : gathered(member, key, below, documents);
    } catch (Gathering.MalformedException e) {
      problem(
          key,
          ErrorCode.TYPE_MISMATCH,
          "The keys below '" + key + "' make no " + member.type() + ": " + e.getMessage());
      return null;
    }
    if (source != null) {
      BsonCodec.Known known = contents().known(member, source.value());
      known.unknown().forEach(place -> keys.addUnread(key + place));
      if (known.hasAny() || (fallback == null && member.isNeeded())) {
        return decoded(member, source.key(), known.value(), source.where());
      }
    }
    return fallback == null ? absent(member, key) : fallback;
  }

  /** Returns the value stored for the member itself: under its key, or in a document. */
  private @Nullable Source source(Member member, String key, List<Document> documents) {
    StoredKeys.Stored own = keys.take(key);
    if (own != null) {
      return new Source(own.key(), own.value(), "");
    }
    for (Document document : documents) {
      RawValue inside = document.member(member.name());
      if (inside != null) {
        return new Source(key, inside, document.where());
      }
    }
    return null;
  }

  private Source gathered(
      Member member, String key, List<StoredKeys.Below> below, List<Document> documents)
      throws Gathering.MalformedException {
    boolean isMap = member.container() == Member.Container.MAP;
    Source whole = isMap ? source(member, key, documents) : null;
    RawValue value = contents().gathered(member, whole == null ? null : whole.value(), below);
    if (!isMap && !contents().known(member, value).hasAny()) {
      Source list = source(member, key, documents);
      if (list != null) {
        return list;
      }
    }
    keys.takeAll(below);
    return new Source(key, value, " (made of the keys below it)");
  }

  private @Nullable Object nested(
      Member member, Shape shape, String key, List<Document> outer, @Nullable Object fallback) {
    String below = key + separator;
    List<Document> documents = new ArrayList<>();
    boolean isNull = false;
    StoredKeys.Stored own = keys.take(key);
    if (own != null && !Document.add(own.key(), own.value(), documents)) {
      if (!BsonValues.isNull(own.value())) {
        // the type may be able to read the value as a whole
        return decoded(member, own.key(), own.value(), "");
      }
      isNull = true;
    }
    for (Document document : outer) {
      RawValue inside = document.member(member.name());
      if (inside != null && !Document.add(document.key(), inside, documents)) {
        if (!BsonValues.isNull(inside)) {
          return decoded(member, key, inside, document.where());
        }
        isNull = true;
      }
    }
    if (own != null) {
      BsonValues.members(own.value()).ifPresent(of -> contents().addUnread(shape, of, below));
    }
    if (!contents().hasAny(shape, below, documents)) {
      if (isNull) {
        return member.presence() == Presence.REQUIRED ? nullRefused(member, key) : member.nothing();
      }
      if (fallback != null) {
        return fallback;
      }
      if (!member.isNeeded()) {
        return absent(member, key);
      }
    }
    Object made = make(shape, key, below, documents, Member.unwrapped(fallback));
    return member.presence() == Presence.OPTIONAL ? Optional.ofNullable(made) : made;
  }

  private @Nullable Object absent(Member member, String key) {
    if (member.body() != null) {
      return SnapshotProxy.UNSET;
    }
    if (member.presence() == Presence.REQUIRED) {
      problem(key, ErrorCode.KEY_NOT_FOUND, "Key '" + key + "' is absent and has no default");
    }
    return member.nothing();
  }

  private @Nullable Object decoded(Member member, String key, RawValue value, String where) {
    try {
      Object decoded = codec.decode(key, value, member.type());
      return decoded == null && member.presence() == Presence.REQUIRED
          ? nullRefused(member, key)
          : decoded;
    } catch (TypeMismatchException e) {
      problem(key, ErrorCode.TYPE_MISMATCH, e.getMessage() + where);
      return null;
    }
  }

  private @Nullable Object nullRefused(Member member, String key) {
    mismatch(
        key,
        "null",
        member.type().toString(),
        "what is bound to it is neither Optional nor @Nullable");
    return null;
  }

  private void check(String key, @Nullable Object value) {
    Object content = Member.unwrapped(value);
    if (content == null) {
      return;
    }
    for (BindOptions.Rule<?> rule : rules.getOrDefault(key, List.of())) {
      check(rule, key, content);
    }
  }

  private <V> void check(BindOptions.Rule<V> rule, String key, Object value) {
    String what = " for key '" + key + "'";
    check(
        key,
        "The value" + what,
        "The rule" + what,
        rule.validator(),
        rule.type().cast(value));
  }

  /** @param subjectOfFailure the subject of the sentence about a rule that threw */
  <V> void check(String key, String subject, String subjectOfFailure, Validator<V> rule, V value) {
    try {
      rule.problemWith(value)
          .ifPresent(problem -> problem(key, ErrorCode.VALIDATION_FAILED, subject + " " + problem));
    } catch (RuntimeException e) {
      String problem = subjectOfFailure + " failed with " + e.getClass().getName();
      problem(key, ErrorCode.VALIDATION_FAILED, problem);
    }
  }

  private void refused(String key, Throwable refusal, @Nullable Object[] made) {
    String reason = refusal instanceof ValidationFailedException own && own.getMessage() != null
        ? own.getMessage()
        : "The constructor refuses '" + key + "'" + Refusals.reason(refusal, known(made));
    problem(key, ErrorCode.VALIDATION_FAILED, reason);
  }

  /** Returns all values that a message could quote, as stored and as decoded. */
  private List<@Nullable Object> known(@Nullable Object[] made) {
    List<@Nullable Object> known = new ArrayList<>(keys.values().values());
    for (Object value : made) {
      known.add(Member.unwrapped(value));
    }
    return known;
  }

  private void mismatch(String key, String stored, String wanted, @Nullable String detail) {
    TypeMismatchException mismatch = new TypeMismatchException(key, stored, wanted, detail, null);
    problem(key, mismatch.code(), Objects.requireNonNull(mismatch.getMessage()));
  }

  private void problem(String key, ErrorCode code, String message) {
    problems.add(new KVProblem(key, code, message));
  }
}
