package dev.kvstore.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.kvstore.http.command.ServeCommand;
import dev.kvstore.http.config.SettingSources;
import dev.kvstore.internal.config.SettingNames;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Tests that the deployment files match the options of the service. */
class DeploymentFilesTest {
  private static final Path FOLDER = Path.of("deploy");
  private static final Pattern VARIABLE = Pattern.compile("\\bKVSTORE_[A-Z_]+");

  private static Set<String> variables() {
    CommandLine command = new CommandLine(new ServeCommand(SettingSources.none().variables()));
    return SettingNames.options(command.getCommandSpec()).stream()
        .map(SettingSources::variable)
        .collect(Collectors.toSet());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"Dockerfile", "compose.yaml", "kubernetes.yaml", "kvstore.service", "kvstore.yaml"
      })
  void variables_areThoseOfOptions(String file) throws IOException {
    Set<String> named = VARIABLE
        .matcher(Files.readString(FOLDER.resolve(file)))
        .results()
        .map(match -> match.group())
        .filter(name -> !name.equals("KVSTORE_")) // the prefix of all variables
        .collect(Collectors.toSet());

    assertThat(variables()).containsAll(named);
  }

  @ParameterizedTest
  @CsvSource({"compose.yaml, 1", "kubernetes.yaml, 4", "kvstore.yaml, 1"})
  void yaml_isYaml(String file, int documents) throws IOException {
    YAMLMapper mapper = new YAMLMapper();
    try (var values = mapper
        .readerFor(JsonNode.class)
        .<JsonNode>readValues(Files.readString(FOLDER.resolve(file)))) {
      assertThat(values.readAll()).hasSize(documents).allMatch(JsonNode::isObject);
    }
  }

  @Test
  void settings_areUnderstood() {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = Main.run(
        new String[] {"config", "--config", FOLDER.resolve("kvstore.yaml").toString()},
        Map.of(),
        new PrintWriter(out, true),
        new PrintWriter(err, true));

    assertThat(err.toString()).isEmpty();
    assertThat(code).isZero();
    assertThat(out.toString()).contains("kvstore.yaml:6");
  }

  private static String read(String file) throws IOException {
    return Files.readString(FOLDER.resolve(file));
  }

  private static List<JsonNode> kubernetes() throws IOException {
    try (var values =
        new YAMLMapper().readerFor(JsonNode.class).<JsonNode>readValues(read("kubernetes.yaml"))) {
      return values.readAll();
    }
  }

  private static JsonNode ofKind(String kind) throws IOException {
    return kubernetes().stream()
        .filter(document -> document.path("kind").asText().equals(kind))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void kubernetes_setsNoVariablesOfItsOwn_trustsNoNetwork_andProtectsTheMetrics()
      throws IOException {
    JsonNode pod = ofKind("Deployment").at("/spec/template/spec");
    List<String> variables = new ArrayList<>();
    pod.at("/containers/0/env")
        .forEach(entry -> variables.add(entry.path("name").asText()));

    assertThat(pod.path("enableServiceLinks").isBoolean()).isTrue();
    assertThat(pod.path("enableServiceLinks").asBoolean()).isFalse();
    assertThat(variables)
        .doesNotContain("KVSTORE_TRUSTED_PROXIES", "KVSTORE_PROTECT_METRICS")
        .isNotEmpty();
    assertThat(read("kubernetes.yaml")).doesNotContain("10.0.0.0/8");
  }

  @Test
  void kubernetes_letsOnlyThoseInWhoNeedTheService() throws IOException {
    JsonNode policy = ofKind("NetworkPolicy").path("spec");
    JsonNode labels = ofKind("Deployment").at("/spec/template/metadata/labels");

    assertThat(policy.at("/podSelector/matchLabels")).isEqualTo(labels);
    assertThat(policy.at("/ingress/0/ports/0/port").asInt())
        .isEqualTo(ofKind("Deployment")
            .at("/spec/template/spec/containers/0/ports/0/containerPort")
            .asInt());
    assertThat(policy.at("/ingress/0/from")).isNotEmpty();
    assertThat(policy.path("ingress")).hasSize(1);
  }

  @Test
  void unit_isBounded_andTellsToMakeTheFolderBeforeTheToken() throws IOException {
    String unit = read("kvstore.service");

    assertThat(unit).contains("\nMemoryMax=", "\nCacheDirectory=kvstore\n");
    assertThat(unit)
        .contains("ExecStart=/usr/lib/kvstore/kvstore --config /etc/kvstore/kvstore.yaml");
    assertThat(unit)
        .containsSubsequence(
            "useradd --system kvstore",
            "install -d -o kvstore -g kvstore -m 700 /var/lib/kvstore",
            "tokens create",
            "systemctl enable --now kvstore");
  }

  @Test
  void image_saysHowToMakeTheFirstToken_andNeedsNoProgramsInTmp() throws IOException {
    String image = read("Dockerfile");

    assertThat(image)
        .containsSubsequence("tokens create --name admin --role admin", "docker run -d")
        .contains("libsqlitejdbc.so", "-d /app/lib", "class-archive.sh /app")
        .contains("ENTRYPOINT [\"/app/kvstore\"]")
        .containsPattern("HEALTHCHECK[^\n]*\n[^\n]*/health/live")
        .doesNotContain("/health/ready");
    assertThat(read("kvstore")).contains("-Dorg.sqlite.lib.path=$here/lib");
  }

  /** The result of a plain {@code docker run}. */
  @Test
  void addressWithoutTokens_isRefusedWithTheNextStep(@TempDir Path folder) {
    StringWriter err = new StringWriter();
    int code = Main.run(
        new String[0],
        Map.of("KVSTORE_HOST", "0.0.0.0", "KVSTORE_DATA", folder.toString()),
        new PrintWriter(new StringWriter()),
        new PrintWriter(err, true));

    assertThat(code).isEqualTo(2);
    assertThat(err.toString())
        .contains("tokens create --name admin --role admin")
        .contains("docker run --rm -v kvstore:/data kvstore tokens create");
  }

  /**
   * So that each container has the launcher's JVM options and a memory limit to which they refer.
   */
  @Test
  void service_isStartedByItsLauncher_inBoundedMemory() throws IOException {
    JsonNode pod = ofKind("Deployment").at("/spec/template/spec/containers/0");
    JsonNode composed = new YAMLMapper().readTree(read("compose.yaml")).at("/services/kvstore");

    assertThat(read("Dockerfile")).contains("ENTRYPOINT [\"/app/kvstore\"]", "--memory 512m");
    assertThat(read("kvstore.service"))
        .contains("ExecStart=/usr/lib/kvstore/kvstore ", "\nMemoryMax=512M\n")
        .contains("\nRestart=on-failure\n");
    assertThat(pod.at("/resources/limits/memory").asText()).isEqualTo("512Mi");
    assertThat(composed.path("mem_limit").asText()).isEqualTo("512m");
    assertThat(composed.path("restart").asText()).isEqualTo("unless-stopped");
    for (JsonNode container : List.of(pod, composed)) {
      assertThat(container.path("image").asText()).startsWith("kvstore");
      assertThat(List.of("command", "args", "entrypoint")).noneMatch(container::has);
      assertThat(container.toString()).doesNotContain("JAVA_OPTS", "JAVA_TOOL_OPTIONS");
    }
  }

  @Test
  void versions_areTheSameEverywhere() throws IOException {
    String documents = Files.readString(Path.of("../.github/CONTRIBUTING.md"))
        + Files.readString(Path.of("../kvstore-core/docs/mongodb.md"));
    Pattern mongo = Pattern.compile("\\bmongo:(\\d+)");
    Pattern java = Pattern.compile("eclipse-temurin:(\\d+)");

    assertThat(mongo.matcher(documents + read("compose.yaml")).results().map(m -> m.group(1)))
        .isNotEmpty()
        .containsOnly("8");
    assertThat(java.matcher(read("Dockerfile")).results().map(m -> m.group(1)).distinct())
        .singleElement()
        .satisfies(version -> assertThat(documents).contains("JDK 17 or " + version));
  }
}
