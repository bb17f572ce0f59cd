package dev.kvstore.http.api.pages;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kvstore.http.auth.Access;
import dev.kvstore.http.error.ErrorKind;
import dev.kvstore.http.route.Route;
import dev.kvstore.http.server.TestRoutes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Tests that the OpenAPI description matches the code and is consistent. */
class OpenApiTest {
  private static final Collection<Route> ROUTES = TestRoutes.all();

  private final OpenApi api = new OpenApi();

  @Test
  void everyPath_isARouteWithJustItsMethods_andTheOtherWayAround() {
    Map<String, Set<String>> described = new TreeMap<>();
    api.paths().forEach(path -> described.put(path, api.methods(path)));
    Map<String, Set<String>> served = new TreeMap<>();
    ROUTES.stream()
        .filter(route -> !route.path().startsWith("/docs/")) // the files of a page
        .forEach(route -> served.put(route.path(), new TreeSet<>(route.methods())));

    assertThat(served).isEqualTo(described);
  }

  @Test
  void everyCode_isDescribed() {
    Set<String> described =
        texts(api.document().at("/components/schemas/Problem/properties/code/enum"));

    assertThat(described)
        .containsAll(Arrays.stream(ErrorKind.values()).map(ErrorKind::code).toList());
  }

  @Test
  void everyReference_leadsSomewhere() {
    Set<String> used = new TreeSet<>();
    for (JsonNode reference : api.document().findValues("$ref")) {
      String pointer = reference.asText().substring(1);
      assertThat(api.document().at(pointer).isMissingNode()).as(pointer).isFalse();
      used.add(pointer);
    }
    for (String kind : new String[] {"parameters", "headers", "schemas"}) {
      api.document()
          .at("/components/" + kind)
          .fieldNames()
          .forEachRemaining(name -> assertThat(
                  used.contains("/components/" + kind + "/" + name) || name.equals("Event"))
              .as(kind + " " + name)
              .isTrue());
    }
  }

  @Test
  void whatIsNotAsTheSchemaSays_isFound() throws IOException {
    JsonNode page = api.document().at("/components/schemas/Page");
    String entry = "{\"items\":[{\"key\":\"k\",\"version\":%s,\"etag\":\"e\",\"createdAt\":\"%s\","
        + "\"updatedAt\":\"2026-11-21T10:00:00Z\",\"updatedBy\":null,\"expiresAt\":null}]}";
    ObjectMapper json = new ObjectMapper();

    assertThat(api.errors(page, json.readTree(entry.formatted("1", "2026-11-21T10:00:00Z"))))
        .isEmpty();
    assertThat(api.errors(page, json.readTree(entry.formatted("0", "2026-11-21T10:00:00Z"))))
        .isNotEmpty();
    assertThat(api.errors(page, json.readTree("{\"items\":[],\"more\":1}"))).isNotEmpty();
  }

  @Test
  void everyExample_isAsItsSchemaSays() {
    int examples = 0;
    for (JsonNode content : api.document().findValues("content")) {
      for (JsonNode media : content) {
        for (JsonNode example : examples(media)) {
          assertThat(api.errors(media.path("schema"), example))
              .as(example.toString())
              .isEmpty();
          examples++;
        }
      }
    }
    assertThat(examples).isGreaterThan(40);
  }

  @Test
  void everyProblem_hasTheStatusAndTitleOfItsCode() {
    for (JsonNode response : api.document().at("/components/responses")) {
      for (JsonNode example : examples(response.at("/content/application~1problem+json"))) {
        String code = example.path("code").asText();
        Arrays.stream(ErrorKind.values())
            .filter(kind -> kind.code().equals(code))
            .forEach(kind -> {
              assertThat(example.path("status").asInt()).as(code).isEqualTo(kind.status());
              assertThat(example.path("title").asText()).as(code).isEqualTo(kind.title());
              assertThat(example.path("type").asText()).endsWith(":" + code);
            });
      }
    }
  }

  @Test
  void everyOperation_saysWhoMayUseIt() {
    for (String path : api.paths()) {
      JsonNode get = api.document().path("paths").path(path).path("get");
      boolean open = get.path("security").isArray() && get.path("security").isEmpty();
      Access access = ROUTES.stream()
          .filter(route -> route.path().equals(path))
          .findFirst()
          .orElseThrow()
          .access();
      boolean needsNone = EnumSet.of(Access.PROBE, Access.PUBLIC, Access.PAGE).contains(access);
      assertThat(open).as(path).isEqualTo(needsNone);
      assertThat(get.isMissingNode() || get.path("responses").has("401") == !open)
          .as(path)
          .isTrue();
    }
  }

  private static List<JsonNode> examples(JsonNode media) {
    List<JsonNode> examples = new ArrayList<>();
    if (media.has("example")) {
      examples.add(media.path("example"));
    }
    media.path("examples").forEach(named -> examples.add(named.path("value")));
    return examples;
  }

  private static Set<String> texts(JsonNode array) {
    Set<String> texts = new TreeSet<>();
    array.forEach(node -> texts.add(node.asText()));
    return texts;
  }
}
