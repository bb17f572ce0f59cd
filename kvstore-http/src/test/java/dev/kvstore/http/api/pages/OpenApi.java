package dev.kvstore.http.api.pages;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.Error;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.kvstore.http.Reply;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The OpenAPI description of the service, and a check of responses against it. */
public final class OpenApi {
  private static final String URI = "https://kvstore.test/openapi.json";

  /** Headers of HTTP itself or of the connection, which are not described. */
  private static final Set<String> UNTOLD_HEADERS = Set.of(
      "content-type",
      "content-length",
      "content-encoding",
      "transfer-encoding",
      "connection",
      "date",
      "cache-control",
      "vary",
      "x-content-type-options",
      "x-request-id",
      "content-security-policy",
      "cross-origin-opener-policy",
      "cross-origin-resource-policy",
      "permissions-policy",
      "x-accel-buffering",
      "x-frame-options",
      "referrer-policy");

  private final JsonNode document;
  private final SchemaRegistry schemas;

  public OpenApi() {
    try {
      String text = new String(Page.DESCRIPTION.read(), StandardCharsets.UTF_8);
      document = new ObjectMapper().readTree(text);
      schemas = SchemaRegistry.withDefaultDialect(
          SpecificationVersion.DRAFT_2020_12, builder -> builder.schemas(Map.of(URI, text)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  JsonNode document() {
    return document;
  }

  Set<String> paths() {
    Set<String> paths = new TreeSet<>();
    document.path("paths").fieldNames().forEachRemaining(paths::add);
    return paths;
  }

  /** Returns the methods of the path in upper case, including those available for all paths. */
  Set<String> methods(String path) {
    Set<String> methods = new TreeSet<>(Set.of("OPTIONS"));
    document.path("paths").path(path).fieldNames().forEachRemaining(name -> {
      if (!name.equals("parameters")) {
        methods.add(name.toUpperCase(Locale.ROOT));
      }
    });
    if (methods.contains("GET")) {
      methods.add("HEAD");
    }
    return methods;
  }

  /** Fails unless the response matches the description of the request. */
  public void assertDescribed(String method, String target, Reply reply) {
    JsonNode response = resolved(response(method, target, reply));
    assertThat(response.isMissingNode())
        .as("%s of %s is answered with %s, which is not described", method, target, reply)
        .isFalse();
    assertHeaders(response, reply);
    if (!reply.text().isEmpty()) {
      assertBody(response, reply);
    }
  }

  private JsonNode response(String method, String target, Reply reply) {
    Optional<String> path = path(target.replaceFirst("\\?.*", ""));
    if (path.isEmpty()) {
      return document.at("/components/responses/NoSuchResource");
    }
    if (reply.status() == 405) {
      return document.at("/components/responses/MethodNotAllowed");
    }
    String operation = method.equals("HEAD") ? "get" : method.toLowerCase(Locale.ROOT);
    return document
        .path("paths")
        .path(path.get())
        .path(operation)
        .path("responses")
        .path(Integer.toString(reply.status()));
  }

  private Optional<String> path(String target) {
    return paths().stream()
        .filter(path -> Pattern.matches(
            path.replace("{store}", "[^/]+").replaceAll("\\{(key|name)}", ".+"), target))
        .findFirst();
  }

  private void assertHeaders(JsonNode response, Reply reply) {
    JsonNode described = response.path("headers");
    for (Map.Entry<String, String> header : reply.headers().entrySet()) {
      if (!UNTOLD_HEADERS.contains(header.getKey().toLowerCase(Locale.ROOT))) {
        assertThat(described.has(header.getKey()) || header.getKey().equals("Sync-Token"))
            .as("%s of %s", header.getKey(), reply)
            .isTrue();
      }
    }
  }

  private void assertBody(JsonNode response, Reply reply) {
    String type = String.valueOf(reply.header("Content-Type")).replaceFirst(";.*", "");
    JsonNode content = response.path("content").path(type);
    assertThat(content.isMissingNode()).as("%s of %s", type, reply).isFalse();
    if (type.endsWith("json")) {
      assertThat(errors(content.path("schema"), reply.json()))
          .as(reply.toString())
          .isEmpty();
    }
  }

  /** Returns the violations of the schema, which is part of the document. */
  List<Error> errors(JsonNode schema, JsonNode value) {
    String absolute = schema.toString().replace("\"#/", '"' + URI + "#/");
    return schemas.getSchema(absolute).validate(value);
  }

  /** Returns the target of a reference, or the node itself. */
  JsonNode resolved(JsonNode node) {
    return node.has("$ref") ? document.at(node.path("$ref").asText().substring(1)) : node;
  }
}
