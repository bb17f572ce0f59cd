package dev.kvstore.internal.mapping;

import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializationConfig;
import com.fasterxml.jackson.databind.jsontype.TypeSerializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.module.SimpleSerializers;
import com.fasterxml.jackson.databind.type.ReferenceType;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes a mapper's types those of BSON, before all that was registered earlier. */
final class BsonModule extends SimpleModule {
  private static final long serialVersionUID = 1L;

  BsonModule() {
    super("kvstore-bson");
    setSerializers(new ReferenceSerializers());
    setDeserializers(new ContainerDeserializers());
    setSerializerModifier(new RefusedTypes());
    setValueInstantiators(new CompleteInstantiator.Finder());
    addDeserializer(Object.class, new AnyDeserializer());
    ScalarTypes.addTo(this);
    TextTypes.addTo(this);
  }

  private static final class ReferenceSerializers extends SimpleSerializers {
    private static final long serialVersionUID = 1L;

    @Override
    public @Nullable JsonSerializer<?> findReferenceSerializer(
        SerializationConfig config,
        ReferenceType type,
        BeanDescription description,
        @Nullable TypeSerializer types,
        @Nullable JsonSerializer<Object> content) {
      return type.getRawClass() == Optional.class
          ? new ExactOptionalSerializer(
              type,
              types == null && config.isEnabled(MapperFeature.USE_STATIC_TYPING),
              types,
              content)
          : null;
    }
  }
}
