package dev.kvstore.bson;

import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.BeanDeserializer;
import com.fasterxml.jackson.databind.deser.DefaultDeserializationContext;
import com.fasterxml.jackson.databind.deser.SettableBeanProperty;
import com.fasterxml.jackson.databind.deser.ValueInstantiator;
import dev.kvstore.spi.RawValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonValue;

/** Leaves out of values what their types have no members for. Thread-safe. */
final class KnownMembers {
  private final ObjectMapper mapper;
  private final ConcurrentMap<JavaType, Optional<BeanDeserializer>> beans =
      new ConcurrentHashMap<>();

  KnownMembers(ObjectMapper mapper) {
    this.mapper = mapper;
  }

  /** As {@link BsonCodec#known}. */
  BsonCodec.Known of(RawValue value, JavaType type, String separator) {
    Walk walk = new Walk(separator, new ArrayList<>());
    Part part = walk.known(BsonValues.toBsonValue(value), type, "");
    return new BsonCodec.Known(
        walk.unknown.isEmpty() ? value : BsonValues.ofBsonValue(part.value()),
        part.hasAny(),
        List.copyOf(walk.unknown));
  }

  /** What is left of a value, and false if that is none of what was in it. */
  private record Part(BsonValue value, boolean hasAny) {}

  private final class Walk {
    private final String separator;
    private final List<String> unknown;

    private Walk(String separator, List<String> unknown) {
      this.separator = separator;
      this.unknown = unknown;
    }

    private Part known(BsonValue value, JavaType type, String place) {
      if (type.isReferenceType()) {
        return known(value, type.getContentType(), place);
      }
      if (value.isArray() && (type.isArrayType() || type.isCollectionLikeType())) {
        return elements(value.asArray(), type.getContentType(), place);
      }
      if (value.isDocument() && type.isMapLikeType()) {
        return entries(value.asDocument(), type.getContentType(), place);
      }
      return value.isDocument()
          ? bean(type)
              .map(bean -> members(value.asDocument(), bean, place))
              .orElseGet(() -> new Part(value, true))
          : new Part(value, true);
    }

    private Part elements(BsonArray array, JavaType type, String place) {
      List<BsonValue> known = new ArrayList<>();
      int size = 0;
      for (BsonValue element : array) {
        Part part = known(element, type, place + "[" + known.size() + "]");
        known.add(part.value());
        size = part.hasAny() ? known.size() : size;
      }
      boolean hasAny = size > 0 || known.isEmpty();
      return new Part(new BsonArray(hasAny ? known.subList(0, size) : known), hasAny);
    }

    private Part entries(BsonDocument map, JavaType type, String place) {
      BsonDocument known = new BsonDocument();
      BsonDocument other = new BsonDocument();
      for (Map.Entry<String, BsonValue> entry : map.entrySet()) {
        Part part = known(entry.getValue(), type, inside(place, entry.getKey()));
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
            : known(member.getValue(), property.getType(), inside);
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

  /** Returns what reads the type, if the names of its members are all that it takes. */
  private Optional<BeanDeserializer> bean(JavaType type) {
    Optional<BeanDeserializer> known = beans.get(type);
    return known != null ? known : beans.computeIfAbsent(type, this::find);
  }

  private Optional<BeanDeserializer> find(JavaType type) {
    DeserializationConfig config = mapper.getDeserializationConfig();
    BeanDescription description = config.introspect(type);
    boolean hasOthers = description.findAnySetterAccessor() != null
        || description.findProperties().stream()
            .anyMatch(property -> property.getPrimaryMember() != null
                && config
                        .getAnnotationIntrospector()
                        .findUnwrappingNameTransformer(property.getPrimaryMember())
                    != null);
    try {
      JsonDeserializer<?> reader = ((DefaultDeserializationContext)
              mapper.getDeserializationContext())
          .createDummyInstance(config)
          .findRootValueDeserializer(type);
      return !hasOthers && reader.getClass() == BeanDeserializer.class
          ? Optional.of((BeanDeserializer) reader)
          : Optional.empty();
    } catch (JsonMappingException e) {
      return Optional.empty(); // reading a value says why
    }
  }
}
