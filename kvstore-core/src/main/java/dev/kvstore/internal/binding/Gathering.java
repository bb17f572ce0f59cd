package dev.kvstore.internal.binding;

import dev.kvstore.ByteSize;
import dev.kvstore.internal.bson.BsonText;
import dev.kvstore.internal.bson.BsonValues;
import dev.kvstore.spi.RawValue;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A value gathered from the keys below its own: {@code hosts[0]}, {@code limits.red}. Not
 * thread-safe.
 */
final class Gathering {
  private static final Pattern INDEX = Pattern.compile("\\[([0-9]{1,6})]");

  private final String separator;
  private final Type type;
  private final Map<String, Gathering> members = new LinkedHashMap<>();
  private final TreeMap<Integer, Gathering> elements = new TreeMap<>();
  private @Nullable RawValue own;

  /** Thrown if the place of a value does not fit the type, or an element is missing. */
  static final class MalformedException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedException(String message) {
      super(message);
    }
  }

  /** @param type the type of the value; for an Optional, of its content */
  Gathering(Type type, String separator) {
    this.type = type;
    this.separator = separator;
  }

  /** Adds the value at a place; the empty place is the value itself, as a document. */
  void add(String place, RawValue value) throws MalformedException {
    add(place, value, place);
  }

  /** @param whole the whole place, for messages */
  private void add(String place, RawValue value, String whole) throws MalformedException {
    if (place.isEmpty()) {
      if (own != null) {
        throw new MalformedException(
            "two keys are for the same, one of them ends in '" + BsonText.shown(whole) + "'");
      }
      own = value;
      return;
    }
    int end;
    Gathering part;
    if (place.startsWith("[")) {
      Matcher index = INDEX.matcher(place);
      if (!index.lookingAt()) {
        throw new MalformedException("'" + BsonText.shown(place) + "' is no index such as [0]");
      }
      end = index.end();
      part = elements.computeIfAbsent(
          Integer.valueOf(index.group(1)), any -> new Gathering(elementType(), separator));
    } else {
      end = nameEnd(place);
      String name = memberName(place.substring(0, end));
      part = members.computeIfAbsent(name, any -> new Gathering(memberType(name), separator));
    }
    String rest = place.substring(end);
    part.add(rest.startsWith(separator) ? rest.substring(separator.length()) : rest, value, whole);
  }

  RawValue value() throws MalformedException {
    refuseMixture();
    if (!elements.isEmpty()) {
      List<RawValue> values = new ArrayList<>();
      for (Map.Entry<Integer, Gathering> element : elements.entrySet()) {
        if (element.getKey() != values.size()) {
          throw new MalformedException("there is no element [" + values.size() + "]");
        }
        values.add(element.getValue().value());
      }
      return BsonValues.ofElements(values);
    }
    if (own != null && members.isEmpty()) {
      return own;
    }
    Map<String, RawValue> values = new LinkedHashMap<>();
    if (own != null) {
      BsonValues.members(own).ifPresent(values::putAll);
    }
    for (Map.Entry<String, Gathering> member : members.entrySet()) {
      values.put(member.getKey(), member.getValue().value());
    }
    return BsonValues.ofMembers(values);
  }

  /** Refuses combinations of values of which some would be silently ignored. */
  private void refuseMixture() throws MalformedException {
    RawValue whole = own != null && BsonValues.isNull(own) ? null : own;
    if (!elements.isEmpty() && !members.isEmpty()) {
      throw new MalformedException("'[" + elements.firstKey() + "]' is for a list, and '"
          + BsonText.shown(members.keySet().iterator().next()) + "' beside it is not");
    }
    if (!elements.isEmpty() && whole != null) {
      throw new MalformedException(
          "'[" + elements.firstKey() + "]' is for a list that is also stored as a whole");
    }
    if (!members.isEmpty() && whole != null && BsonValues.members(whole).isEmpty()) {
      throw new MalformedException(
          "'" + BsonText.shown(members.keySet().iterator().next())
              + "' is a member of what is also stored as one value");
    }
  }

  /** Returns the end of the first name. In a map of scalars the whole place is the name. */
  private int nameEnd(String place) {
    if (Map.class.isAssignableFrom(raw(type)) && !hasParts(memberType(""))) {
      return place.length();
    }
    int name = place.indexOf(separator);
    int index = place.indexOf('[');
    int end = name < 0 ? index : index < 0 ? name : Math.min(name, index);
    return end <= 0 ? place.length() : end;
  }

  private static boolean hasParts(Type type) {
    Class<?> raw = raw(type);
    return raw == Object.class
        || (raw.isRecord() && raw != ByteSize.class)
        || Map.class.isAssignableFrom(raw)
        || Collection.class.isAssignableFrom(raw)
        || (raw.isArray() && raw != byte[].class && raw != char[].class);
  }

  private String memberName(String name) {
    RecordComponent component = component(name);
    return component == null ? name : component.getName();
  }

  private Type memberType(String name) {
    if (Map.class.isAssignableFrom(raw(type))) {
      return argument(1);
    }
    RecordComponent component = component(name);
    return component == null ? Object.class : content(component.getGenericType());
  }

  private @Nullable RecordComponent component(String name) {
    return Stream.ofNullable(raw(type).getRecordComponents())
        .flatMap(Arrays::stream)
        .filter(component -> StoredKeys.areSame(component.getName(), name))
        .findFirst()
        .orElse(null);
  }

  private Type elementType() {
    if (type instanceof GenericArrayType array) {
      return array.getGenericComponentType();
    }
    Class<?> component = raw(type).getComponentType();
    return component == null ? argument(0) : component;
  }

  private Type argument(int index) {
    return type instanceof ParameterizedType generic
            && index < generic.getActualTypeArguments().length
        ? content(generic.getActualTypeArguments()[index])
        : Object.class;
  }

  /** Returns the type of the content of an Optional, and any other type unchanged. */
  static Type content(Type type) {
    return type instanceof ParameterizedType optional && optional.getRawType() == Optional.class
        ? optional.getActualTypeArguments()[0]
        : type;
  }

  private static Class<?> raw(Type type) {
    if (type instanceof Class<?> raw) {
      return raw;
    }
    if (type instanceof ParameterizedType generic) {
      return (Class<?>) generic.getRawType();
    }
    return type instanceof GenericArrayType ? Object[].class : Object.class;
  }
}
