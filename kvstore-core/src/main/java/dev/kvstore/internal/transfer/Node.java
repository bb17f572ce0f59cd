package dev.kvstore.internal.transfer;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonToken;
import dev.kvstore.internal.transfer.FileProblems.Path;
import java.io.IOException;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** A value as written in a file, with the place of each part. */
public sealed interface Node {
  Place place();

  void writeTo(JsonGenerator out) throws IOException;

  /**
   * Calls the action with each scalar of this value and its path, which starts with the given one.
   */
  default void scalars(Path path, BiConsumer<Scalar, Path> action) {
    if (this instanceof Scalar scalar) {
      action.accept(scalar, path);
    } else if (this instanceof Items array) {
      for (int i = 0; i < array.items().size(); i++) {
        array.items().get(i).scalars(path.item(i), action);
      }
    } else if (this instanceof Members object) {
      object
          .members()
          .forEach(member -> member.value().scalars(path.member(member.name()), action));
    }
  }

  /**
   * A value other than an object or an array.
   *
   * @param kind the kind of the value in JSON
   * @param text the text of a string or a number
   * @param advice a hint if something else was probably meant, or null
   */
  record Scalar(
      Place place, JsonToken kind, String text, @Nullable String advice) implements Node {
    Scalar(Place place, JsonToken kind, String text) {
      this(place, kind, text, null);
    }

    static Scalar text(Place place, String text) {
      return new Scalar(place, JsonToken.VALUE_STRING, text);
    }

    @Override
    public void writeTo(JsonGenerator out) throws IOException {
      switch (kind) {
        case VALUE_STRING -> out.writeString(text);
        case VALUE_TRUE, VALUE_FALSE -> out.writeBoolean(kind == JsonToken.VALUE_TRUE);
        case VALUE_NULL -> out.writeNull();
        default -> out.writeNumber(text);
      }
    }
  }

  /** An object. */
  record Members(Place place, List<Member> members) implements Node {
    @Override
    public void writeTo(JsonGenerator out) throws IOException {
      out.writeStartObject();
      for (Member member : members) {
        out.writeFieldName(member.name());
        member.value().writeTo(out);
      }
      out.writeEndObject();
    }
  }

  /** A name and its value; the place is that of the name. */
  record Member(String name, Place place, Node value) {}

  /** An array. */
  record Items(Place place, List<Node> items) implements Node {
    @Override
    public void writeTo(JsonGenerator out) throws IOException {
      out.writeStartArray();
      for (Node item : items) {
        item.writeTo(out);
      }
      out.writeEndArray();
    }
  }
}
