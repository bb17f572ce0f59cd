package dev.kvstore.internal.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.util.StdConverter;
import dev.kvstore.KVType;
import dev.kvstore.spi.RawValue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KnownMembersTest {
  private final BsonCodec codec = BsonCodec.create();

  private List<String> unknown(Object stored, KVType<?> type) {
    return codec.known(codec.encode(stored), type, ".").unknown();
  }

  record Port(int number) {}

  static final class ByName extends StdDeserializer<Port> {
    private static final long serialVersionUID = 1L;

    ByName() {
      super(Port.class);
    }

    @Override
    public Port deserialize(JsonParser parser, DeserializationContext context) throws IOException {
      parser.skipChildren();
      return new Port(1);
    }
  }

  record Older(int port) {}

  static final class FromOlder extends StdConverter<Older, Port> {
    @Override
    public Port convert(Older older) {
      return new Port(older.port());
    }
  }

  record Labels(Map<String, String> map) {
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    Labels {}
  }

  static final class Ports extends ArrayList<Port> {
    private static final long serialVersionUID = 1L;

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static Ports of(List<Map<String, Integer>> maps) {
      return new Ports();
    }
  }

  record Using(@JsonDeserialize(using = ByName.class) Port part) {}

  record UsingOptional(
      @JsonDeserialize(contentUsing = ByName.class) Optional<Port> part) {}

  record Converting(
      @JsonDeserialize(converter = FromOlder.class) Port part) {}

  record ConvertingEach(
      @JsonDeserialize(contentConverter = FromOlder.class) List<Port> part) {}

  record UsingEach(
      @JsonDeserialize(contentUsing = ByName.class) Map<String, Port> part) {}

  @JsonSubTypes(@JsonSubTypes.Type(value = Circle.class, name = "circle"))
  interface Shape {}

  record Circle(int radius) implements Shape {}

  record Drawn(
      @JsonTypeInfo(
          use = JsonTypeInfo.Id.NAME,
          include = JsonTypeInfo.As.EXTERNAL_PROPERTY,
          property = "kind")
      Shape shape) {}

  static final class DrawnBean {
    @JsonTypeInfo(
        use = JsonTypeInfo.Id.NAME,
        include = JsonTypeInfo.As.EXTERNAL_PROPERTY,
        property = "kind")
    public Shape shape = new Circle(0);
  }

  @ParameterizedTest
  @ValueSource(classes = {Using.class, UsingOptional.class, Converting.class})
  void member_readInAnotherWay_takesAll(Class<?> type) {
    RawValue stored = codec.encode(Map.of("part", Map.of("port", 1)));
    BsonCodec.Known known = codec.known(stored, KVType.of(type), ".");
    assertThat(known.unknown()).isEmpty();
    assertThat(known.value()).isEqualTo(stored);
  }

  @Test
  void elements_readInAnotherWay_takeAll() {
    Map<String, Integer> port = Map.of("port", 1);
    assertThat(unknown(Map.of("part", List.of(port)), KVType.of(ConvertingEach.class)))
        .isEmpty();
    assertThat(unknown(Map.of("part", Map.of("a", port)), KVType.of(UsingEach.class)))
        .isEmpty();
  }

  @Test
  void delegate_takesAll() {
    assertThat(unknown(Map.of("team", "a"), KVType.of(Labels.class))).isEmpty();
    assertThat(unknown(List.of(Map.of("port", 1)), KVType.of(Ports.class))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(classes = {Drawn.class, DrawnBean.class})
  void typeIdBesideAMember_isKnown(Class<?> type) {
    RawValue stored = codec.encode(Map.of("kind", "circle", "shape", Map.of("radius", 1)));
    BsonCodec.Known known = codec.known(stored, KVType.of(type), ".");
    assertThat(known.unknown()).isEmpty();
    assertThat(codec.decode("k", known.value(), KVType.of(type))).isNotNull();
  }

  record All(
      List<Port> list,
      Optional<Port[]> array,
      Map<String, Port> map,
      EnumMap<TimeUnit, Port> byUnit,
      ArrayList<Port> arrayList,
      Optional<List<Optional<Port>>> optional) {}

  @Test
  void members_ofPlainTypes_areFoundWhereverTheyAre() {
    Map<String, Integer> port = Map.of("number", 1, "other", 2);
    Map<String, Object> stored = Map.of(
        "list", List.of(port),
        "array", List.of(port),
        "map", Map.of("a", port),
        "byUnit", Map.of("DAYS", port),
        "arrayList", List.of(port),
        "optional", List.of(port));
    assertThat(unknown(stored, KVType.of(All.class)))
        .containsExactlyInAnyOrder(
            ".list[0].other",
            ".array[0].other",
            ".map.a.other",
            ".byUnit.DAYS.other",
            ".arrayList[0].other",
            ".optional[0].other");
  }
}
