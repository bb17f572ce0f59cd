package dev.kvstore.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests the launcher scripts of the service and the command line, with a Java that prints its
 * options.
 */
@DisabledOnOs(OS.WINDOWS)
class LaunchersTest {
  private static final String USES = "-XX:SharedArchiveFile=";
  private static final String MAKES = "-XX:ArchiveClassesAtExit=";

  @TempDir
  private Path folder;

  private Path cache;

  private enum Launcher {
    SERVICE("deploy/kvstore", "kvstore-http.jar", "CLASS_ARCHIVE", "JAVA_OPTS", "--port=0"),
    CLIENT(
        "../kvstore-client/cli/src/main/launcher/kv", "kv.jar", "KV_ARCHIVE", "KV_JAVA_OPTS", "ls");

    private final Path script;
    private final String jar;
    private final String archiveSwitch;
    private final String options;
    private final String argument;

    Launcher(String script, String jar, String archiveSwitch, String options, String argument) {
      this.script = Path.of(script);
      this.jar = jar;
      this.archiveSwitch = archiveSwitch;
      this.options = options;
      this.argument = argument;
    }
  }

  @BeforeEach
  void makeJava() throws IOException {
    cache = folder.resolve("cache/kvstore");
    Path java = folder.resolve("java/bin/java");
    Files.createDirectories(java.getParent());
    Files.writeString(java, """
        #!/bin/sh
        for option; do
          echo "$option"
          case $option in -XX:ArchiveClassesAtExit=*) echo archive >"${option#*=}" ;; esac
        done
        """);
    chmod(java, "rwx------");
    Files.writeString(folder.resolve("java/release"), "JAVA_VERSION=\"17.0.1\"\n");
  }

  private static void chmod(Path path, String permissions) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
  }

  private List<String> run(Launcher launcher, Map<String, String> variables)
      throws IOException, InterruptedException {
    Path script = folder.resolve("script");
    if (!Files.exists(script)) {
      Files.writeString(folder.resolve(launcher.jar), "");
      Files.copy(launcher.script, script);
    }
    ProcessBuilder builder = new ProcessBuilder("sh", script.toString(), launcher.argument);
    builder.redirectErrorStream(true).redirectInput(ProcessBuilder.Redirect.from(script.toFile()));
    builder.environment().remove("CACHE_DIRECTORY");
    builder.environment().put("XDG_CACHE_HOME", folder.resolve("cache").toString());
    builder.environment().put("JAVA_HOME", folder.resolve("java").toString());
    builder.environment().putAll(variables);
    Process process = builder.start();
    String shown = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(shown).isZero();
    return shown.lines().toList();
  }

  private Path archive() throws IOException {
    try (Stream<Path> files = Files.list(cache)) {
      return files.findFirst().orElseThrow();
    }
  }

  @ParameterizedTest
  @EnumSource
  void archive_isMadeForThisUserAlone_thenUsed(Launcher launcher) throws Exception {
    assertThat(run(launcher, Map.of())).anyMatch(option -> option.startsWith(MAKES));
    assertThat(Files.getPosixFilePermissions(cache))
        .isEqualTo(PosixFilePermissions.fromString("rwx------"));
    chmod(archive(), "r--r--r--");

    assertThat(run(launcher, Map.of())).contains(USES + archive());
  }

  @ParameterizedTest
  @EnumSource
  void archiveThatOthersCanWrite_isNotUsed(Launcher launcher) throws Exception {
    run(launcher, Map.of());
    for (String permissions : List.of("rw-rw-r--", "rw-r--rw-")) {
      chmod(archive(), permissions);
      assertThat(run(launcher, Map.of())).noneMatch(option -> option.startsWith(USES));
    }
  }

  @ParameterizedTest
  @EnumSource
  void folderThatOthersCanWrite_isNotUsed(Launcher launcher) throws Exception {
    run(launcher, Map.of());
    chmod(archive(), "r--r--r--");
    for (String permissions : List.of("rwxrwxr-x", "rwxr-xrwx")) {
      chmod(cache, permissions);
      assertThat(run(launcher, Map.of()))
          .noneMatch(option -> option.startsWith(USES) || option.startsWith(MAKES));
    }
  }

  @Test
  void service_hasABoundedHeap_andEndsWhereThatIsNotEnough_unlessToldOtherwise() throws Exception {
    List<String> options = run(Launcher.SERVICE, Map.of("JAVA_OPTS", "-XX:MaxRAMPercentage=30"));

    assertThat(options)
        .contains("-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError")
        .containsSubsequence("-XX:MaxRAMPercentage=60", "-XX:MaxRAMPercentage=30", "-jar");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "deploy/kvstore",
        "deploy/class-archive.sh",
        "../kvstore-client/cli/src/main/launcher/kv"
      })
  void script_isUnderstoodByTheShell(String script) throws Exception {
    Process shell =
        new ProcessBuilder("sh", "-n", script).redirectErrorStream(true).start();
    String shown = new String(shell.getInputStream().readAllBytes(), UTF_8);

    assertThat(shell.waitFor()).as(shown).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void variables_addOptions_andSwitchTheArchiveOff(Launcher launcher) throws Exception {
    assertThat(run(launcher, Map.of(launcher.archiveSwitch, "off", launcher.options, "-Xa -Xb")))
        .contains("-Xa", "-Xb")
        .noneMatch(option -> option.startsWith(MAKES));
    assertThat(cache).doesNotExist();
  }
}
