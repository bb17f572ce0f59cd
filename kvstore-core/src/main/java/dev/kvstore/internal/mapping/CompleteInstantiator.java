package dev.kvstore.internal.mapping;

import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.AnnotationIntrospector;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.SettableBeanProperty;
import com.fasterxml.jackson.databind.deser.ValueInstantiator;
import com.fasterxml.jackson.databind.deser.impl.PropertyValueBuffer;
import com.fasterxml.jackson.databind.deser.std.StdValueInstantiator;
import com.fasterxml.jackson.databind.introspect.AnnotatedMember;
import com.fasterxml.jackson.databind.introspect.AnnotatedParameter;
import com.fasterxml.jackson.databind.module.SimpleValueInstantiators;
import dev.kvstore.KVDefault;
import dev.kvstore.KVException;
import java.io.IOException;
import java.io.Serializable;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import org.jspecify.annotations.Nullable;

/**
 * Creates objects and refuses missing members, for which Jackson would pass 0, false or null. A
 * member may be missing if it is Optional or nullable, has a {@link KVDefault}, or is omitted on
 * writing.
 */
final class CompleteInstantiator extends ValueInstantiator.Delegating {
  private static final long serialVersionUID = 1L;

  private final HashSet<String> mayBeAbsent = new HashSet<>();
  private final HashMap<String, Default> defaults = new HashMap<>();

  /** The text of a {@link KVDefault} and the member that has it. */
  private record Default(String place, String text) implements Serializable {}

  /**
   * Wraps Jackson's standard instantiators; those of other languages and libraries are not changed.
   */
  static final class Finder extends SimpleValueInstantiators {
    private static final long serialVersionUID = 1L;

    @Override
    public ValueInstantiator findValueInstantiator(
        DeserializationConfig config, BeanDescription bean, ValueInstantiator jacksons) {
      return jacksons.getClass() == StdValueInstantiator.class && jacksons.canCreateFromObjectWith()
          ? new CompleteInstantiator(config, bean, jacksons)
          : jacksons;
    }
  }

  private CompleteInstantiator(
      DeserializationConfig config, BeanDescription bean, ValueInstantiator jacksons) {
    super(jacksons);
    RecordComponent[] components = components(bean.getBeanClass(), jacksons);
    JsonInclude.Value inclusion = bean.findPropertyInclusion(JsonInclude.Value.empty());
    mayBeAbsent.addAll(bean.getIgnoredPropertyNames());
    mayBeAbsent.addAll(config
        .getAnnotationIntrospector()
        .findPropertyIgnoralByName(config, bean.getClassInfo())
        .getIgnored());
    for (SettableBeanProperty property : jacksons.getFromObjectArguments(config)) {
      RecordComponent component =
          components == null ? null : components[property.getCreatorIndex()];
      KVDefault text = component == null ? null : component.getAnnotation(KVDefault.class);
      boolean isNeeded = bean.getBeanClass().isRecord() || property.getType().isPrimitive();
      if (component != null && text != null) {
        String place = bean.getBeanClass().getTypeName() + "." + component.getName();
        defaults.put(property.getName(), new Default(place, text.value()));
      } else if (!isNeeded
          || isLeftOut(config.getAnnotationIntrospector(), property, inclusion)
          || isNullable(property, component)) {
        mayBeAbsent.add(property.getName());
      }
    }
  }

  /** Returns the record components if they match the parameters; null otherwise. */
  private static RecordComponent @Nullable [] components(
      Class<?> type, ValueInstantiator instantiator) {
    RecordComponent[] components = type.getRecordComponents();
    return components != null
            && instantiator.getWithArgsCreator().getAnnotated()
                instanceof Constructor<?> constructor
            && Arrays.equals(
                constructor.getParameterTypes(),
                Arrays.stream(components).map(RecordComponent::getType).toArray())
        ? components
        : null;
  }

  private static boolean isLeftOut(
      AnnotationIntrospector annotations, SettableBeanProperty property, JsonInclude.Value ofType) {
    AnnotatedMember member = property.getMember();
    JsonInclude.Include inclusion =
        ofType.withOverrides(annotations.findPropertyInclusion(member)).getValueInclusion();
    return (inclusion != JsonInclude.Include.ALWAYS
            && inclusion != JsonInclude.Include.USE_DEFAULTS)
        || property.isIgnorable()
        || property.getInjectableValueId() != null
        || member.hasAnnotation(JsonAnySetter.class)
        || annotations.findUnwrappingNameTransformer(member) != null
        || annotations.findPropertyAccess(member) == JsonProperty.Access.WRITE_ONLY;
  }

  private static boolean isNullable(
      SettableBeanProperty property, @Nullable RecordComponent component) {
    if (property.getType().isPrimitive()
        || !(property.getMember() instanceof AnnotatedParameter parameter)
        || !(parameter.getOwner().getAnnotated() instanceof Executable creator)) {
      return false;
    }
    return Nullability.isNullable(
            creator.getParameters()[parameter.getIndex()],
            creator.getAnnotatedParameterTypes()[parameter.getIndex()])
        || (component != null
            && Nullability.isNullable(
                component, component.getAnnotatedType(), component.getAccessor()));
  }

  @Override
  public @Nullable Object createFromObjectWith(
      DeserializationContext context, SettableBeanProperty[] members, PropertyValueBuffer buffer)
      throws IOException {
    for (SettableBeanProperty member : members) {
      if (!buffer.hasParameter(member) && !mayBeAbsent.contains(member.getName())) {
        fill(context, member, buffer);
      }
    }
    return createFromObjectWith(context, buffer.getParameters(members));
  }

  /** Returns true if the object can be created without this member. */
  boolean mayBeAbsent(SettableBeanProperty member) {
    return mayBeAbsent.contains(member.getName())
        || defaults.containsKey(member.getName())
        || member.getType().isReferenceType();
  }

  private void fill(
      DeserializationContext context, SettableBeanProperty member, PropertyValueBuffer buffer)
      throws IOException {
    try {
      Default fallback = defaults.get(member.getName());
      if (fallback != null) {
        buffer.assignParameter(member, read(context, fallback, member.getType()));
      } else if (!hasAbsentValue(context, member)) {
        throw new DecodeFailure.AbsentMemberException(context.getParser(), member.getType());
      }
    } catch (JsonMappingException e) {
      e.prependPath(member.getMember().getDeclaringClass(), member.getName());
      throw e;
    }
  }

  private static @Nullable Object read(
      DeserializationContext context, Default fallback, JavaType type) throws IOException {
    try {
      ObjectMapper mapper = (ObjectMapper) context.getParser().getCodec();
      return PlainText.read(mapper, fallback.text(), type);
    } catch (IOException | KVException e) {
      throw new DecodeFailure.WrongDefaultException(
          context.getParser(),
          DecodeFailure.ofDefault(fallback.place(), fallback.text(), type.toCanonical(), e));
    }
  }

  /**
   * Returns true for an Optional and similar types, and if an annotation defines the value for
   * null.
   */
  private static boolean hasAbsentValue(DeserializationContext context, SettableBeanProperty member)
      throws JsonMappingException {
    if (member.getNullValueProvider() != member.getValueDeserializer()) {
      return member.getNullValueProvider().getAbsentValue(context) != null;
    }
    return member.getType().isReferenceType()
        || (!member.getType().isPrimitive()
            && member.getValueDeserializer().getAbsentValue(context) != null);
  }
}
