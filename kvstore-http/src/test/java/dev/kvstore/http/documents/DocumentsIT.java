package dev.kvstore.http.documents;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.kvstore.DropOptions;
import dev.kvstore.KVDatabase;
import dev.kvstore.client.HttpKVDatabase;
import dev.kvstore.http.documents.Page.Block;
import dev.kvstore.http.tls.TestCertificate;
import dev.kvstore.testing.MongoTestServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests the documentation: runs its code and checks its links. */
class DocumentsIT {
  /** Commands that a build machine does not have or must not run. */
  private static final Pattern NOT_RUN =
      Pattern.compile("\\b(docker|kubectl|systemctl|mongosh|mongodump|sqlite3|db\\.\\w+|mvnw)\\b");

  private static final Pattern ADDRESS = Pattern.compile("http://127\\.0\\.0\\.1:\\d+");

  private static final List<String> MODULES = List.of("kvstore-client", "kvstore-http");

  @TempDir
  private static Path folder;

  /** The service for the pages; null while none is running. */
  private static Process service;

  private static String url = "";

  static List<Page> pages() {
    return Page.all();
  }

  static List<Page> pagesWithCommands() {
    return pages().stream()
        .filter(page -> !page.blocks("sh", "console").isEmpty())
        .toList();
  }

  @AfterAll
  static void stop() throws IOException {
    if (service != null) {
      service.destroyForcibly();
    }
    for (String module : MODULES) {
      Files.deleteIfExists(folder.resolve(module));
    }
  }

  /** Starts the service in the folder that the commands of the pages use. */
  private static void start() throws IOException {
    if (service != null) {
      return;
    }
    for (String module : MODULES) {
      if (!Files.exists(folder.resolve(module))) {
        Files.createSymbolicLink(folder.resolve(module), Page.ROOT.resolve(module));
      }
    }
    ProcessBuilder builder = new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-jar",
            System.getProperty("kvstore.jar"))
        .directory(folder.toFile())
        .redirectError(folder.resolve("service.txt").toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("KVSTORE_"));
    builder.environment().put("KVSTORE_PORT", "0");
    service = builder.start();
    Matcher address = ADDRESS.matcher(String.valueOf(service.inputReader(UTF_8).readLine()));
    assertThat(address.find()).isTrue();
    url = address.group();
  }

  @ParameterizedTest
  @MethodSource("pages")
  void links_leadSomewhere(Page page) {
    assertThat(page.brokenLinks()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("pages")
  void block_isOfAKindThatIsChecked(Page page) throws Exception {
    for (Block block : page.blocks()) {
      String code = block.code();
      switch (block.language()) {
        case "java" -> assertThat(block.mark()).as(block.toString()).isEmpty();
        case "sh", "console", "js" -> {
          assertThat(block.mark()).as(block.toString()).isIn("", "not-run");
          assertThat(NOT_RUN.matcher(code).find()).as(block.toString()).isEqualTo(!block.isRun());
        }
        case "json" -> assertThat(new ObjectMapper().readTree(code)).isNotEmpty();
        case "yaml" -> {
          try (var documents = new YAMLMapper().readerFor(JsonNode.class).readValues(code)) {
            assertThat(documents.readAll()).isNotEmpty();
          }
        }
        case "xml" ->
          DocumentBuilderFactory.newInstance()
              .newDocumentBuilder()
              .parse(new ByteArrayInputStream(("<x>" + code + "</x>").getBytes(UTF_8)));
        case "properties" -> {
          Properties properties = new Properties();
          properties.load(new StringReader(code));
          assertThat(properties).isNotEmpty();
        }
        default -> fail("%s is in %s, which is not checked", block, block.language());
      }
    }
  }

  @Test
  void java_compilesAndRuns() throws Exception {
    start();
    Path java = Files.createDirectory(folder.resolve("java"));
    Path pem = Files.writeString(
        java.resolve("ca.pem"), TestCertificate.of("RSA", "documents").certificatePem());
    try (MongoTestServer mongo = MongoTestServer.startReplicaSet()) {
      Map<String, String> replacements = new LinkedHashMap<>();
      replacements.put("mongodb://localhost/app?replicaSet=rs0", mongo.connectionString());
      replacements.put("mongodb://localhost", mongo.connectionString());
      replacements.put("http://127.0.0.1:7070", url);
      replacements.put("https://settings.example.net", url);
      replacements.put("Path.of(\"ca.pem\")", "Paths.get(\"" + pem + "\")");
      JavaBlocks blocks = new JavaBlocks(java, replacements);
      blocks.compile(pages());
      blocks.run();
    }
  }

  @ParameterizedTest
  @MethodSource("pagesWithCommands")
  void commands_printWhatIsShown(Page page) throws Exception {
    start();
    try {
      new ShellSession(folder, url).run(page);
    } finally {
      clear();
    }
  }

  /**
   * Removes all stores before the next page, and stops a service that has had a token, because it
   * refuses access.
   */
  private static void clear() throws Exception {
    if (Files.exists(folder.resolve("kvstore-data/tokens.yaml"))) {
      service.destroyForcibly().waitFor();
      service = null;
      Files.move(folder.resolve("kvstore-data"), folder.resolve("closed-data"));
      return;
    }
    try (KVDatabase database = HttpKVDatabase.open(URI.create(url))) {
      for (String store : database.stores()) {
        database.drop(store, DropOptions.DEFAULT.purgingHistory());
      }
    }
  }
}
