package dev.kvstore.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.cli.terminal.Console;
import dev.kvstore.cli.terminal.Interrupt;
import dev.kvstore.cli.terminal.SystemTerminals;
import dev.kvstore.client.HttpKVDatabase;
import dev.kvstore.client.testing.RecordingService;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine.Help.Ansi;

/** Tests that a command sends only the necessary requests, and follows no events. */
class RequestsOfCommandsTest {
  @TempDir
  private Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "get k | GET /v1/stores/app/keys/k",
        "get k --entry | GET /v1/stores/app/keys/k",
        "set k 2 | PUT /v1/stores/app/keys/k",
        "set k 2 --if-match e7 | PUT /v1/stores/app/keys/k",
        "default k 2 | GET /v1/stores/app/keys/k",
        "default x 2 | GET /v1/stores/app/keys/x, PUT /v1/stores/app/keys/x",
        "delete k | DELETE /v1/stores/app/keys/k",
        "delete --prefix k | GET /v1/stores/app/keys, POST /v1/stores/app/deletions",
        "delete --prefix k --dry-run | GET /v1/stores/app/keys",
        "incr k | POST /v1/stores/app/counters/k",
        "list | GET /v1/stores/app/keys",
        "list --keys | GET /v1/stores/app/keys",
        "find k | GET /v1/stores/app/keys",
        "apply k --set 2 --dry-run | GET /v1/stores/app/keys",
        "apply k --set 2 | GET /v1/stores/app/keys, GET /v1/stores/app/keys/k,"
            + " PUT /v1/stores/app/keys/k",
        "edit k | GET /v1/stores/app/keys/k",
        "export | GET /v1/stores/app/keys",
        "diff app FILE | GET /v1/stores/app/keys",
        "import FILE | GET /v1/stores/app/keys, PUT /v1/stores/app/values",
        "import FILE --mode defaults | GET /v1/stores/app/keys, PUT /v1/stores/app/keys/x",
        "import FILE --dry-run | GET /v1/stores/app/keys",
        "stores | GET /v1/stores",
        "completion bash |",
      })
  void command_sendsWhatItNeeds(String line, String requests) throws IOException {
    Path file = Files.writeString(folder.resolve("f.json"), "{\"k\": 2, \"x\": 3}");
    try (RecordingService service = new RecordingService()) {
      Map<String, String> environment = new HashMap<>(Map.of(
          "HOME", folder.toString(),
          "EDITOR", "true",
          "KVSTORE_STORE", "app",
          "KVSTORE_TIMEOUT", "10s",
          "KVSTORE_SERVER", service.uri().toString()));
      StringWriter err = new StringWriter();
      Console console = new Console(
          new ByteArrayInputStream(new byte[0]),
          new PrintWriter(new StringWriter()),
          new PrintWriter(err),
          new SystemTerminals(),
          Ansi.OFF,
          Clock.systemUTC());
      int code = KvMain.run(
          line.strip().replace("FILE", file.toString()).split(" "),
          environment,
          console,
          HttpKVDatabase::open,
          new Interrupt());
      assertThat(code).as(err.toString()).isLessThanOrEqualTo(1);
      assertThat(service.requests())
          .isEqualTo(requests == null ? List.of() : List.of(requests.split(", ")));
    }
  }
}
