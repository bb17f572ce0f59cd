package dev.kvstore.testing;

import de.bwaldvogel.mongo.backend.BsonType;
import de.bwaldvogel.mongo.backend.Missing;
import de.bwaldvogel.mongo.backend.ValueComparator;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The subset of aggregation pipeline updates that the store needs, as documented for MongoDB 4.2.
 * Anything else is an error.
 */
final class PipelineUpdates {
  private static final Object MISSING = Missing.getInstance();
  private static final int MOST_BYTES = 16 * 1024 * 1024;

  private PipelineUpdates() {}

  /** Returns the result of the pipeline for a document, which is not changed. */
  static Document apply(List<?> pipeline, Document document) {
    Document result = document;
    for (Object stage : pipeline) {
      Document members = (Document) stage;
      String name = members.keySet().iterator().next();
      Object specified = members.get(name);
      result = switch (name) {
        case "$set" -> set((Document) Objects.requireNonNull(specified), result);
        case "$replaceWith" -> (Document) Objects.requireNonNull(evaluate(specified, result));
        default -> throw unknown(name);
      };
      result.put("_id", document.get("_id"));
    }
    checkSize(result);
    return result;
  }

  private static Document set(Document members, Document root) {
    Document result = root.cloneDeeply();
    members.forEach((name, expression) -> {
      if (name.contains(".") || name.startsWith("$")) {
        throw unknown(name);
      }
      if (expression instanceof Document inner
          && inner.keySet().stream().noneMatch(member -> member.startsWith("$"))) {
        throw unknown("a document in $set, which would be merged");
      }
      put(result, name, evaluate(expression, root));
    });
    return result;
  }

  private static void put(Document target, String name, @Nullable Object value) {
    if (value == MISSING) {
      target.remove(name);
    } else {
      target.put(name, value);
    }
  }

  private static @Nullable Object evaluate(@Nullable Object expression, Document root) {
    if (expression instanceof String text) {
      return text.startsWith("$") ? path(text, root) : text;
    }
    if (expression instanceof List<?> list) {
      return list.stream()
          .map(item -> evaluate(item, root))
          .map(item -> item == MISSING ? null : item)
          .collect(ArrayList::new, ArrayList::add, ArrayList::addAll);
    }
    if (!(expression instanceof Document document)) {
      return expression;
    }
    if (document.size() == 1 && document.keySet().iterator().next().startsWith("$")) {
      String operator = document.keySet().iterator().next();
      return operator.equals("$literal")
          ? document.get(operator)
          : operate(operator, document.get(operator), root);
    }
    Document result = new Document();
    document.forEach((name, member) -> {
      if (name.startsWith("$") || name.contains(".")) {
        throw unknown(name);
      }
      put(result, name, evaluate(member, root));
    });
    return result;
  }

  private static @Nullable Object path(String text, Document root) {
    if (text.equals("$$ROOT")) {
      return root;
    }
    if (text.equals("$$REMOVE")) {
      return MISSING;
    }
    if (text.startsWith("$$")) {
      throw unknown(text);
    }
    Object at = root;
    for (String name : text.substring(1).split("\\.", -1)) {
      at = at instanceof Document inner ? inner.getOrMissing(name) : MISSING;
    }
    return at;
  }

  private static @Nullable Object operate(
      String operator, @Nullable Object operands, Document root) {
    if (operator.equals("$cond")) {
      List<?> three = operands(operator, operands, 3);
      return evaluate(isTrue(evaluate(three.get(0), root)) ? three.get(1) : three.get(2), root);
    }
    List<?> given = operands instanceof List<?> list ? list : Arrays.asList(operands);
    List<@Nullable Object> values = new ArrayList<>();
    given.forEach(operand -> values.add(evaluate(operand, root)));
    return switch (operator) {
      case "$ifNull" -> {
        operands(operator, values, 2); // at most two before 5.0
        yield isNullish(values.get(0)) ? values.get(1) : values.get(0);
      }
      case "$and" -> values.stream().allMatch(PipelineUpdates::isTrue);
      case "$or" -> values.stream().anyMatch(PipelineUpdates::isTrue);
      case "$not" -> !isTrue(operands(operator, values, 1).get(0));
      case "$eq" -> compare(operator, values) == 0;
      case "$ne" -> compare(operator, values) != 0;
      case "$lte" -> compare(operator, values) <= 0;
      case "$gte" -> compare(operator, values) >= 0;
      case "$type" -> type(operands(operator, values, 1).get(0));
      case "$add" -> add(values);
      case "$toInt" -> Math.toIntExact(((Number) values.get(0)).longValue());
      case "$max" ->
        values.stream()
            .filter(value -> !isNullish(value))
            .max(ValueComparator.asc())
            .orElse(null);
      case "$concatArrays" -> concatArrays(values);
      case "$mergeObjects" -> merge(values);
      default -> throw unknown(operator);
    };
  }

  private static List<?> operands(String operator, @Nullable Object operands, int count) {
    if (!(operands instanceof List<?> list) || list.size() != count) {
      throw unknown(operator + " with other than " + count + " operands");
    }
    return list;
  }

  private static int compare(String operator, List<?> values) {
    operands(operator, values, 2);
    // All types are comparable; a missing value is less than any other.
    Object one = values.get(0);
    Object other = values.get(1);
    if (one == MISSING || other == MISSING) {
      return Boolean.compare(one != MISSING, other != MISSING);
    }
    return ValueComparator.ascWithoutListHandling().compare(one, other);
  }

  private static String type(@Nullable Object value) {
    if (value == MISSING) {
      return "missing";
    }
    for (BsonType type : BsonType.values()) {
      if (type.matches(value)) {
        return type.getAlias();
      }
    }
    throw unknown("the type of " + value);
  }

  /** Adds like MongoDB: an int32 that overflows becomes an int64, and an int64 a double. */
  private static @Nullable Object add(List<?> values) {
    if (values.stream().anyMatch(PipelineUpdates::isNullish)) {
      return null;
    }
    boolean wide = false;
    long sum = 0;
    for (Object value : values) {
      if (value instanceof Double) {
        return values.stream()
            .mapToDouble(each -> ((Number) each).doubleValue())
            .sum();
      }
      if (!(value instanceof Long) && !(value instanceof Integer)) {
        throw new MongoServerError(
            16554, "$add only supports numeric or date types, not " + type(value));
      }
      wide |= value instanceof Long;
      try {
        sum = Math.addExact(sum, ((Number) value).longValue());
      } catch (ArithmeticException e) {
        return values.stream()
            .mapToDouble(each -> ((Number) each).doubleValue())
            .sum();
      }
    }
    return wide || sum != (int) sum ? (Object) sum : (Object) (int) sum;
  }

  private static @Nullable Object concatArrays(List<?> values) {
    List<@Nullable Object> all = new ArrayList<>();
    for (Object value : values) {
      if (isNullish(value)) {
        return null;
      }
      all.addAll((List<?>) value);
    }
    return all;
  }

  private static Document merge(List<?> values) {
    Document merged = new Document();
    for (Object value : values) {
      if (!isNullish(value)) {
        merged.putAll((Document) value);
      }
    }
    return merged;
  }

  private static boolean isNullish(@Nullable Object value) {
    return value == null || value == MISSING;
  }

  private static boolean isTrue(@Nullable Object value) {
    return !isNullish(value)
        && !Boolean.FALSE.equals(value)
        && !(value instanceof Number number && number.doubleValue() == 0);
  }

  private static void checkSize(Document document) {
    if (Documents.size(document) > MOST_BYTES) {
      throw new MongoServerError(17419, "Resulting document after update is larger than 16777216");
    }
  }

  private static IllegalStateException unknown(String what) {
    return new IllegalStateException("Not known of MongoDB 4.2 here: " + what);
  }
}
