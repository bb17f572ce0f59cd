package dev.kvstore.internal.transfer;

import dev.kvstore.InvalidInputException;
import dev.kvstore.internal.bson.BsonValues;
import dev.kvstore.spi.RawValue;
import java.util.function.Consumer;
import org.bson.BsonValue;

/** Finds the parts of a value that are read back from plain JSON as another type. */
record Losses(Consumer<String> messages) {
  void find(String key, RawValue value) {
    find(FileProblems.Path.of(key), BsonValues.toBsonValue(value));
  }

  private void find(FileProblems.Path path, BsonValue value) {
    switch (value.getBsonType()) {
      case STRING, INT32, BOOLEAN, NULL -> {
        // JSON has these types
      }
      case DOCUMENT ->
        value.asDocument().forEach((name, member) -> find(path.member(name), member));
      case ARRAY -> {
        for (int i = 0; i < value.asArray().size(); i++) {
          find(path.item(i), value.asArray().get(i));
        }
      }
      default -> findScalar(path, BsonValues.ofBsonValue(value));
    }
  }

  private void findScalar(FileProblems.Path path, RawValue value) {
    try {
      RawValue read = Values.JSON.parse(Values.JSON.toJson(value));
      if (!read.equals(value)) {
        messages.accept(
            path + StoredTypes.typeName(BsonValues.toBsonValue(value)) + " is read back as "
                + BsonValues.typeName(read) + "; use the format exact to keep it");
      }
    } catch (InvalidInputException e) {
      messages.accept(path + "it cannot be read back: " + e.getMessage());
    }
  }
}
