package dev.kvstore.bson;

import com.fasterxml.jackson.core.Version;
import com.fasterxml.jackson.databind.Module;
import com.fasterxml.jackson.databind.module.SimpleDeserializers;
import com.fasterxml.jackson.databind.module.SimpleSerializers;

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
    SimpleSerializers serializers = new SimpleSerializers();
    SimpleDeserializers deserializers = new ContainerDeserializers();
    ScalarTypes.addTo(serializers, deserializers);
    TextTypes.addTo(serializers, deserializers);
    AnyDeserializer any = new AnyDeserializer();
    deserializers.addDeserializer(Object.class, any);
    context.addSerializers(serializers);
    context.addDeserializers(deserializers);
    context.addValueInstantiators(new CompleteInstantiator.Finder());
  }
}
