package dev.kvstore.testing;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import dev.kvstore.internal.mapping.BsonCodec;
import dev.kvstore.spi.ValueLimits;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.util.unit.DataSize;

/**
 * Real settings: the properties of Spring Boot with a default, from the metadata in its
 * autoconfigure artifact.
 */
public final class SpringSettings {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String METADATA = "/META-INF/spring-configuration-metadata.json";

  private SpringSettings() {}

  /**
   * A property.
   *
   * @param json its default in the metadata
   * @param value its default in the declared Java type if that is on the class path, otherwise in
   *     plain JSON types
   */
  public record Setting(String name, JsonNode json, Object value) {}

  /** Returns the properties with a default, by name. */
  public static List<Setting> withDefaults() {
    List<Setting> settings = new ArrayList<>();
    for (JsonNode property : metadata().get("properties")) {
      if (property.has("defaultValue")) {
        JsonNode json = property.get("defaultValue");
        String type = property.path("type").asText("");
        settings.add(new Setting(property.get("name").asText(), json, typed(type, json)));
      }
    }
    settings.sort(Comparator.comparing(Setting::name));
    return settings;
  }

  /** Returns a codec like that of an application with its own types. */
  public static BsonCodec codec() {
    SimpleModule sizes = new SimpleModule();
    sizes.addSerializer(DataSize.class, ToStringSerializer.instance);
    sizes.addDeserializer(DataSize.class, new StdDeserializer<>(DataSize.class) {
      private static final long serialVersionUID = 1L;

      @Override
      public DataSize deserialize(JsonParser parser, DeserializationContext context)
          throws IOException {
        return DataSize.parse(parser.getText());
      }
    });
    return BsonCodec.create(new ObjectMapper().registerModule(sizes), ValueLimits.DEFAULT);
  }

  private static JsonNode metadata() {
    // There are two files with this name on the class path; the larger one is that of the
    // autoconfigure artifact.
    try {
      return SpringSettings.class
          .getClassLoader()
          .resources(METADATA.substring(1))
          .map(SpringSettings::parsed)
          .max(Comparator.comparingInt(metadata -> metadata.get("properties").size()))
          .orElseThrow();
    } catch (UncheckedIOException e) {
      throw new AssertionError("Unreadable: " + METADATA, e);
    }
  }

  private static JsonNode parsed(java.net.URL url) {
    try (InputStream in = url.openStream()) {
      return MAPPER.readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Object typed(String type, JsonNode json) {
    return switch (type) {
      case "java.lang.Integer" -> json.intValue();
      case "java.lang.Long" -> json.longValue();
      case "java.lang.Double" -> json.doubleValue();
      case "java.lang.Boolean" -> json.booleanValue();
      case "java.time.Duration" -> DurationStyle.detectAndParse(json.asText());
      case "org.springframework.util.unit.DataSize" -> DataSize.parse(json.asText());
      case "java.nio.charset.Charset" -> Charset.forName(json.asText());
      case "java.net.URI" -> URI.create(json.asText());
      case "java.lang.String[]" ->
        json.isArray()
            ? MAPPER.convertValue(json, String[].class)
            : json.asText().split(",");
      default -> constant(type, json);
    };
  }

  /** Returns the enum constant if the type is an enum on the class path. */
  private static Object constant(String type, JsonNode json) {
    Object plain = MAPPER.convertValue(json, Object.class);
    try {
      Class<?> declared = Class.forName(type, false, SpringSettings.class.getClassLoader());
      String name = json.asText().replace("-", "_").toUpperCase(Locale.ROOT);
      if (declared.isEnum()) {
        for (Object constant : declared.getEnumConstants()) {
          if (((Enum<?>) constant).name().equals(name)) {
            return constant;
          }
        }
      }
      return plain;
    } catch (ClassNotFoundException | LinkageError e) {
      return plain;
    }
  }

  /** Returns the values as JSON for one request. */
  public static String asJson(List<Setting> settings) {
    Map<String, JsonNode> values = new java.util.LinkedHashMap<>();
    settings.forEach(setting -> values.put(setting.name(), setting.json()));
    return MAPPER.valueToTree(values).toString();
  }
}
