package dev.kvstore.internal.mapping;

import com.fasterxml.jackson.core.Version;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.Module;
import com.fasterxml.jackson.databind.SerializationConfig;
import com.fasterxml.jackson.databind.jsontype.TypeSerializer;
import com.fasterxml.jackson.databind.module.SimpleDeserializers;
import com.fasterxml.jackson.databind.module.SimpleSerializers;
import com.fasterxml.jackson.databind.type.ReferenceType;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes a mapper's types those of BSON, before all that was registered earlier. */
final class BsonModule extends Module {
  @Override
  public String getModuleName() {
    return "kvstore-bson";
  }

  @Override
  public Version version() {
    return Version.unknownVersion();
  }

  @Override
  public void setupModule(SetupContext context) {
    SimpleSerializers serializers = new ReferenceSerializers();
    SimpleDeserializers deserializers = new ContainerDeserializers();
    ScalarTypes.addTo(serializers, deserializers);
    TextTypes.addTo(serializers, deserializers);
    AnyDeserializer any = new AnyDeserializer();
    deserializers.addDeserializer(Object.class, any);
    context.addSerializers(serializers);
    context.addDeserializers(deserializers);
    context.addBeanSerializerModifier(new RefusedTypes());
    context.addValueInstantiators(new CompleteInstantiator.Finder());
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
