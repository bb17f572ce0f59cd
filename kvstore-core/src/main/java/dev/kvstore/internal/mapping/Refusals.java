package dev.kvstore.internal.mapping;

import dev.kvstore.ValidationFailedException;
import dev.kvstore.internal.bson.BsonText;
import dev.kvstore.internal.bson.BsonValues;
import dev.kvstore.spi.RawValue;
import java.lang.reflect.Array;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bson.BsonBinarySubType;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/** Decides if an exception's message can be shown: it may quote values, which may be secrets. */
public final class Refusals {
  /**
   * The number of equal characters from which on a match counts as part of a value, not a
   * coincidence.
   */
  private static final int PART = 6;

  private static final int LONGEST = 200;

  private static final int UUID_BYTES = 16;

  private Refusals() {}

  /**
   * Returns the end of a sentence: the message, or only the class of the exception if the message
   * is empty or contains one of the values or a part of one.
   *
   * @param values all values that it could quote: as stored, as {@link RawValue}, and as decoded
   */
  public static String reason(Throwable refusal, Collection<?> values) {
    String message = message(refusal, values);
    return message == null ? " with " + refusal.getClass().getName() : ": " + message;
  }

  private static @Nullable String message(Throwable refusal, Collection<?> values) {
    String message = refusal.getMessage();
    if (refusal instanceof ValidationFailedException) {
      return message; // of kvstore, quotes no value
    }
    if (message == null || message.isBlank() || message.length() > LONGEST) {
      return null;
    }
    List<String> texts = new ArrayList<>();
    values.forEach(value -> addTexts(value, texts));
    String lower = message.toLowerCase(Locale.ROOT);
    List<String> words = List.of(lower.split("[^\\p{L}\\p{N}]+", -1));
    return texts.stream().anyMatch(text -> shows(lower, words, text))
        ? null
        : BsonText.shown(message);
  }

  private static boolean shows(String message, List<String> words, String text) {
    if (text.length() < PART) {
      return words.contains(text)
          || (message.contains(text) && !text.chars().allMatch(Character::isLetterOrDigit));
    }
    return IntStream.rangeClosed(0, message.length() - PART)
        .anyMatch(start -> text.contains(message.substring(start, start + PART)));
  }

  private static void addTexts(@Nullable Object value, List<String> texts) {
    Object content = value instanceof Optional<?> optional ? optional.orElse(null) : value;
    if (content instanceof RawValue stored) {
      addTexts(plain(BsonValues.toBsonValue(stored)), texts);
    } else if (content instanceof BsonValue stored) {
      addTexts(plain(stored), texts);
    } else if (content instanceof Map<?, ?> map) {
      map.keySet().forEach(key -> addTexts(key, texts));
      map.values().forEach(inner -> addTexts(inner, texts));
    } else if (content instanceof Collection<?> collection) {
      collection.forEach(inner -> addTexts(inner, texts));
    } else if (content != null && content.getClass().isArray()) {
      for (int i = 0; i < Array.getLength(content); i++) {
        addTexts(Array.get(content, i), texts);
      }
    } else if (content != null && !(content instanceof Boolean) && !(content instanceof Record)) {
      String text = content.toString().toLowerCase(Locale.ROOT);
      if (!text.isBlank()) {
        texts.add(text);
      }
    }
  }

  /** Returns the value as a plain Java object, to collect the texts it contains. */
  private static @Nullable Object plain(BsonValue value) {
    return switch (value.getBsonType()) {
      case DOCUMENT -> Map.copyOf(value.asDocument());
      case ARRAY -> List.copyOf(value.asArray());
      case STRING -> value.asString().getValue();
      case INT32 -> value.asInt32().getValue();
      case INT64 -> value.asInt64().getValue();
      case DOUBLE -> value.asDouble().getValue();
      case DECIMAL128 -> value.asDecimal128().getValue();
      case DATE_TIME -> Instant.ofEpochMilli(value.asDateTime().getValue());
      case OBJECT_ID -> value.asObjectId().getValue();
      case BINARY ->
        // The driver does not decode a UUID of an older subtype or of another length.
        value.asBinary().getType() == BsonBinarySubType.UUID_STANDARD.getValue()
                && value.asBinary().getData().length == UUID_BYTES
            ? value.asBinary().asUuid()
            : value.asBinary().getData();
      case REGULAR_EXPRESSION -> value.asRegularExpression().getPattern();
      default -> null;
    };
  }
}
