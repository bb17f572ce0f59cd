package dev.kvstore.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.kvstore.http.config.SettingSources;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The files for deployment say what the service understands. */
class DeploymentFilesTest {
  private static final Path FOLDER = Path.of("deploy");
  private static final Pattern VARIABLE = Pattern.compile("\\bKVSTORE_[A-Z_]+");

  private static Set<String> variables() {
    CommandLine command = new CommandLine(new ServeCommand(SettingSources.none().variables()));
    return SettingSources.settings(command.getCommandSpec()).stream()
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
        .filter(name -> !name.equals("KVSTORE_")) // of all variables
        .collect(Collectors.toSet());

    assertThat(variables()).containsAll(named);
  }

  @ParameterizedTest
  @CsvSource({"compose.yaml, 1", "kubernetes.yaml, 3", "kvstore.yaml, 1"})
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
}
