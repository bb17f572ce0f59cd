package dev.kvstore.internal.mapping;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.AnnotationIntrospector;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.BeanProperty;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.BeanDeserializer;
import com.fasterxml.jackson.databind.deser.SettableBeanProperty;
import com.fasterxml.jackson.databind.deser.ValueInstantiator;
import com.fasterxml.jackson.databind.deser.std.CollectionDeserializer;
import com.fasterxml.jackson.databind.deser.std.ContainerDeserializerBase;
import com.fasterxml.jackson.databind.deser.std.EnumMapDeserializer;
import com.fasterxml.jackson.databind.deser.std.MapDeserializer;
import com.fasterxml.jackson.databind.deser.std.ObjectArrayDeserializer;
import com.fasterxml.jackson.databind.deser.std.ReferenceTypeDeserializer;
import com.fasterxml.jackson.databind.introspect.AnnotatedMember;
import dev.kvstore.internal.bson.BsonText;
import dev.kvstore.internal.bson.BsonValues;
import dev.kvstore.spi.RawValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * Removes the members of a value that its type does not have, according to Jackson's deserializers;
 * an unknown deserializer counts as accepting everything. Thread-safe.
 */
final class KnownMembers {
  private static final Set<Class<?>> OF_ARRAYS =
      Set.of(CollectionDeserializer.class, ObjectArrayDeserializer.class);

  private static final Set<Class<?>> OF_MAPS =
      Set.of(MapDeserializer.class, EnumMapDeserializer.class);

  private final ObjectMapper mapper;
  private final ConcurrentMap<JavaType, Boolean> takeOthers = new ConcurrentHashMap<>();

  KnownMembers(ObjectMapper mapper) {
    this.mapper = mapper;
  }

  /** Like {@link BsonCodec#known}. */
  BsonCodec.Known of(RawValue value, JavaType type, String separator) {
    Walk walk = new Walk(separator);
    Part part = walk.known(BsonValues.toBsonValue(value), walk.root(type), "");
    return new BsonCodec.Known(
        walk.unknown.isEmpty() ? value : BsonValues.ofBsonValue(part.value()),
        part.hasAny(),
        List.copyOf(walk.unknown));
  }

  /** The known part of a value; hasAny is false if none of its members is known. */
  private record Part(BsonValue value, boolean hasAny) {}

  /** A deserializer, null if unknown, and the property whose value, or a part of it, is read. */
  private record Reader(
      @Nullable JsonDeserializer<?> deserializer, @Nullable BeanProperty property) {}

  private final class Walk {
    private final String separator;
    private final List<String> unknown = new ArrayList<>();
    private final DeserializationContext context = Mappers.context(mapper);

    private Walk(String separator) {
      this.separator = separator;
    }

    private Part known(BsonValue value, Reader reader, String place) {
      JsonDeserializer<?> deserializer = reader.deserializer();
      if (deserializer instanceof ContainerDeserializers.Converting converting) {
        return known(value, new Reader(converting.getDelegatee(), reader.property()), place);
      }
      if (deserializer instanceof ReferenceTypeDeserializer<?>) {
        return known(value, content(deserializer, reader.property()), place);
      }
      if (deserializer == null || takesWhole(deserializer)) {
        return new Part(value, true);
      }
      if (value.isArray() && OF_ARRAYS.contains(deserializer.getClass())) {
        return elements(value.asArray(), content(deserializer, reader.property()), place);
      }
      if (value.isDocument() && OF_MAPS.contains(deserializer.getClass())) {
        return entries(value.asDocument(), content(deserializer, reader.property()), place);
      }
      return value.isDocument()
              && deserializer.getClass() == BeanDeserializer.class
              && !takeOthers.computeIfAbsent(
                  ((BeanDeserializer) deserializer).getValueType(), KnownMembers.this::takesOthers)
          ? members(value.asDocument(), (BeanDeserializer) deserializer, place)
          : new Part(value, true);
    }

    private Reader root(JavaType type) {
      try {
        return new Reader(context.findRootValueDeserializer(type), null);
      } catch (JsonMappingException e) {
        return new Reader(null, null); // reading a value will report the error
      }
    }

    private Reader content(JsonDeserializer<?> around, @Nullable BeanProperty at) {
      try {
        if (around instanceof ContainerDeserializerBase<?> container) {
          boolean isPolymorphic = isPolymorphic(container.getContentType());
          return new Reader(isPolymorphic ? null : container.getContentDeserializer(), at);
        }
        JavaType type = ((ReferenceTypeDeserializer<?>) around).getValueType().getContentType();
        boolean isUnknown = type.getValueHandler() != null || isPolymorphic(type);
        return new Reader(isUnknown ? null : context.findContextualValueDeserializer(type, at), at);
      } catch (JsonMappingException e) {
        return new Reader(null, at); // reading a value will report the error
      }
    }

    private boolean isPolymorphic(JavaType type) throws JsonMappingException {
      return type.getTypeHandler() != null
          || context.getConfig().findTypeDeserializer(type) != null;
    }

    private Part elements(BsonArray array, Reader reader, String place) {
      List<BsonValue> known = new ArrayList<>();
      int size = 0;
      for (BsonValue element : array) {
        Part part = known(element, reader, place + "[" + known.size() + "]");
        known.add(part.value());
        size = part.hasAny() ? known.size() : size;
      }
      boolean hasAny = size > 0 || known.isEmpty();
      return new Part(new BsonArray(hasAny ? known.subList(0, size) : known), hasAny);
    }

    private Part entries(BsonDocument map, Reader reader, String place) {
      BsonDocument known = new BsonDocument();
      BsonDocument other = new BsonDocument();
      for (Map.Entry<String, BsonValue> entry : map.entrySet()) {
        Part part = known(entry.getValue(), reader, inside(place, entry.getKey()));
        (part.hasAny() ? known : other).append(entry.getKey(), part.value());
      }
      boolean hasAny = !known.isEmpty() || other.isEmpty();
      return new Part(hasAny ? known : other, hasAny);
    }

    private Part members(BsonDocument document, BeanDeserializer bean, String place) {
      BsonDocument known = new BsonDocument();
      boolean hasAny = document.isEmpty();
      for (Map.Entry<String, BsonValue> member : document.entrySet()) {
        String inside = inside(place, member.getKey());
        SettableBeanProperty property = bean.findProperty(member.getKey());
        if (property == null) {
          unknown.add(inside);
          continue;
        }
        Part part = property.hasValueTypeDeserializer()
            ? new Part(member.getValue(), true)
            : known(
                member.getValue(), new Reader(property.getValueDeserializer(), property), inside);
        if (part.hasAny() || !mayBeAbsent(bean.getValueInstantiator(), property)) {
          known.append(member.getKey(), part.value());
        }
        hasAny |= part.hasAny();
      }
      return new Part(known, hasAny);
    }

    private String inside(String place, String name) {
      return place + separator + BsonText.shown(name);
    }
  }

  private static boolean mayBeAbsent(ValueInstantiator instantiator, SettableBeanProperty member) {
    return instantiator instanceof CompleteInstantiator complete
        ? complete.mayBeAbsent(member)
        : member.getType().isReferenceType() || instantiator.canCreateUsingDefault();
  }

  /** Returns true if a creator takes the value as a whole. */
  private static boolean takesWhole(JsonDeserializer<?> deserializer) {
    ValueInstantiator instantiator = deserializer instanceof ValueInstantiator.Gettable gettable
        ? gettable.getValueInstantiator()
        : null;
    return instantiator != null
        && (instantiator.canCreateUsingDelegate()
            || instantiator.canCreateUsingArrayDelegate()
            || (deserializer instanceof ContainerDeserializerBase
                && instantiator.canCreateFromObjectWith()));
  }

  /** Returns true if a class accepts names other than those of its members. */
  private boolean takesOthers(JavaType type) {
    DeserializationConfig config = mapper.getDeserializationConfig();
    BeanDescription description = config.introspect(type);
    return description.findAnySetterAccessor() != null
        || description.findProperties().stream()
            .anyMatch(property -> property.getPrimaryMember() != null
                && isSpread(config, property.getPrimaryMember()));
  }

  /** Returns true if the parts of the member are stored beside it (unwrapped). */
  private static boolean isSpread(DeserializationConfig config, AnnotatedMember member) {
    AnnotationIntrospector annotations = config.getAnnotationIntrospector();
    JsonTypeInfo.Value typeInfo = annotations.findPolymorphicTypeInfo(config, member);
    return annotations.findUnwrappingNameTransformer(member) != null
        || (typeInfo != null && typeInfo.getInclusionType() == JsonTypeInfo.As.EXTERNAL_PROPERTY);
  }
}
