package dev.kvstore.internal.mapping;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.jsontype.TypeDeserializer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a value as {@code Object}: as the closest Java type of the stored value. */
final class AnyDeserializer extends StdDeserializer<Object> {
  private static final long serialVersionUID = 1L;

  AnyDeserializer() {
    super(Object.class);
  }

  @Override
  public @Nullable Object deserialize(JsonParser parser, DeserializationContext context)
      throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> {
        parser.nextToken();
        yield readMap(parser, context);
      }
      // Already inside an object: a type id came first and was consumed.
      case FIELD_NAME, END_OBJECT -> readMap(parser, context);
      case START_ARRAY -> readList(parser, context);
      case VALUE_STRING -> parser.getText();
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getNumberValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      case VALUE_EMBEDDED_OBJECT -> parser.getEmbeddedObject();
      default -> throw MismatchedInputException.from(parser, Object.class, "Not a value");
    };
  }

  private Map<String, @Nullable Object> readMap(JsonParser parser, DeserializationContext context)
      throws IOException {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    while (parser.hasToken(JsonToken.FIELD_NAME)) {
      String name = parser.currentName();
      parser.nextToken();
      map.put(name, deserialize(parser, context));
      parser.nextToken();
    }
    return Collections.unmodifiableMap(map);
  }

  private List<@Nullable Object> readList(JsonParser parser, DeserializationContext context)
      throws IOException {
    List<@Nullable Object> list = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      list.add(deserialize(parser, context));
    }
    return Collections.unmodifiableList(list);
  }

  @Override
  public @Nullable Object deserializeWithType(
      JsonParser parser, DeserializationContext context, TypeDeserializer types)
      throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT, START_ARRAY, FIELD_NAME -> types.deserializeTypedFromAny(parser, context);
      default -> deserialize(parser, context);
    };
  }

  @Override
  public boolean isCachable() {
    return true;
  }
}
