package dev.kvstore.binding;

import dev.kvstore.bson.BsonValues;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether the message of an application's exception can be shown: values may be secrets.
 */
final class Refusals {
  /** As many equal characters are a part of a value, fewer a coincidence. */
  private static final int PART = 6;

  private static final int LONGEST = 200;

  private Refusals() {}

  /**
   * Returns the message, or null if it is empty or has one of the values or a part of one in it.
   */
  static @Nullable String message(Throwable refusal, Collection<?> values) {
    String message = refusal.getMessage();
    if (message == null || message.isBlank() || message.length() > LONGEST) {
      return null;
    }
    List<String> texts = new ArrayList<>();
    values.forEach(value -> addTexts(value, texts));
    String lower = message.toLowerCase(Locale.ROOT);
    List<String> words = List.of(lower.split("[^\\p{L}\\p{N}]+", -1));
    return texts.stream().anyMatch(text -> shows(lower, words, text))
        ? null
        : BsonValues.shown(message);
  }

  private static boolean shows(String message, List<String> words, String text) {
    if (text.length() < PART) {
      return words.contains(text)
          || (message.contains(text) && !text.chars().allMatch(Character::isLetterOrDigit));
    }
    for (int start = 0; start + PART <= message.length(); start++) {
      if (text.contains(message.substring(start, start + PART))) {
        return true;
      }
    }
    return false;
  }

  private static void addTexts(@Nullable Object value, List<String> texts) {
    Object content = Member.unwrapped(value);
    if (content instanceof Map<?, ?> map) {
      map.keySet().forEach(key -> addTexts(key, texts));
      map.values().forEach(inner -> addTexts(inner, texts));
    } else if (content instanceof Collection<?> collection) {
      collection.forEach(inner -> addTexts(inner, texts));
    } else if (content != null && content.getClass().isArray()) {
      for (int i = 0; i < Array.getLength(content); i++) {
        addTexts(Array.get(content, i), texts);
      }
    } else if (content != null && !(content instanceof Boolean)) {
      String text = content.toString().toLowerCase(Locale.ROOT);
      if (!text.isBlank()) {
        texts.add(text);
      }
    }
  }
}
