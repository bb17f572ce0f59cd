package dev.kvstore.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kvstore.KVEntry;
import dev.kvstore.KVMetadata;
import dev.kvstore.cli.terminal.ExitCodes;
import dev.kvstore.internal.files.StandardOutput;
import dev.kvstore.internal.support.Texts;
import dev.kvstore.internal.transfer.FileFormat;
import dev.kvstore.internal.transfer.SnapshotWriter;
import dev.kvstore.internal.transfer.Types;
import dev.kvstore.internal.transfer.Values;
import dev.kvstore.internal.transfer.Writing;
import dev.kvstore.spi.RawValue;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that control characters are kept from terminals, and that lost output is reported. */
class ShownAndLostTest extends KvTest {
  private static final String KEY = "a.\u202Eb";
  private static final String TEXT = "x\u001B[31m\u202E\u0085\uFEFF\n\ty";

  @BeforeEach
  void fill() {
    kv.store("app").set(KEY, TEXT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "list",
        "list --keys",
        "list --tree",
        "list -o yaml",
        "list -o json",
        "get KEY",
        "get KEY --raw",
        "get KEY --entry",
        "export",
        "export --format yaml",
        "export --format properties",
        "diff app other",
        "copy KEY --to-store other",
        "default KEY 1",
        "set KEY 1",
        "delete KEY"
      })
  void terminal_getsNothingThatSteersIt(String command) {
    kv.onTerminal = true;
    String out = kv.run(List.of(command.split(" ")).stream()
            .map(argument -> argument.replace("KEY", KEY))
            .toArray(String[]::new))
        .out();
    assertThat(out).isNotEmpty();
    assertThat(out.codePoints()).noneMatch(c -> c != '\n' && c != '\t' && Texts.steers(c));
  }

  @Test
  void pipe_getsTheBytesAsTheyAre() {
    assertThat(kv.print("get", KEY, "--raw")).isEqualTo(TEXT + "\n");
    assertThat(kv.print("list", "--keys")).isEqualTo(KEY + "\n");
  }

  /** A disk with this much space. */
  private static final class SmallDisk extends OutputStream {
    private int space;

    SmallDisk(int space) {
      this.space = space;
    }

    @Override
    public void write(int b) throws IOException {
      if (space-- <= 0) {
        throw new IOException("No space left on device");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(FileFormat.class)
  void fullDisk_inTheMiddleOfADocument_isAnErrorOfTheDisk(FileFormat format) {
    Writer writer = new OutputStreamWriter(new SmallDisk(20_000), StandardCharsets.UTF_8);
    Throwable failure = null;
    KVMetadata metadata = kv.store("app").entry(KEY, RawValue.TYPE).metadata();
    Writing writing = new Writing(format, Types.JSON, null, false);
    try (SnapshotWriter snapshot = new SnapshotWriter(writer, writing, loss -> {})) {
      for (int i = 0; i < 10_000; i++) {
        snapshot.write(KVEntry.of(Values.ofText("some text " + i), metadata));
      }
    } catch (IOException e) {
      failure = e;
    }
    assertThat(failure).hasMessage("No space left on device");
  }

  @ParameterizedTest
  @EnumSource(FileFormat.class)
  void export_toAFullDisk_saysSo(FileFormat format) {
    fillMany();
    Path full = Path.of("/dev/full");
    assumeTrue(Files.exists(full));
    assertThat(kv.run("export", "--format", format.toString(), "-f", full.toString()))
        .isEqualTo(
            new Kv.Result(70, "", "kv: /dev/full cannot be written: No space left on device\n"));
  }

  @Test
  void output_thatIsLost_isNoSuccess_andStopsTheExport() {
    fillMany();
    StringWriter err = new StringWriter();
    StandardOutput output = new StandardOutput(new SmallDisk(5_000));
    int code = kv.run(new PrintWriter(output, false, StandardCharsets.UTF_8), err, "export");
    assertThat(KvMain.exitCode(code, output, new PrintWriter(err, true)))
        .as(err.toString())
        .isEqualTo(ExitCodes.INTERNAL);
    assertThat(err.toString())
        .isEqualTo("kv: the output could not be written: No space left on device\n");
  }

  @Test
  void differences_thatAreLost_areNoAnswer() {
    StringWriter err = new StringWriter();
    StandardOutput output = new StandardOutput(new SmallDisk(0));
    int code =
        kv.run(new PrintWriter(output, false, StandardCharsets.UTF_8), err, "diff", "app", "w");
    assertThat(code).isEqualTo(ExitCodes.DIFFERENT);
    assertThat(KvMain.exitCode(code, output, new PrintWriter(err, true)))
        .isEqualTo(ExitCodes.INTERNAL);
    assertThat(err.toString())
        .endsWith("kv: the output could not be written: No space left on device\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--help",
        "--version",
        "help set",
        "get --help",
        "completion bash",
        "list",
        "stores"
      })
  void whateverIsLost_isNoSuccess(String command) {
    StringWriter err = new StringWriter();
    StandardOutput output = new StandardOutput(new SmallDisk(0));
    int code =
        kv.run(new PrintWriter(output, false, StandardCharsets.UTF_8), err, command.split(" "));
    assertThat(code).isZero();
    assertThat(KvMain.exitCode(code, output, new PrintWriter(err, true)))
        .isEqualTo(ExitCodes.INTERNAL);
    assertThat(err).hasToString("kv: the output could not be written: No space left on device\n");
  }

  private void fillMany() {
    Map<String, String> many = new HashMap<>();
    for (int i = 0; i < 2_000; i++) {
      many.put("many." + i, "some text that takes its space");
    }
    kv.store("app").setMany(many);
  }
}
