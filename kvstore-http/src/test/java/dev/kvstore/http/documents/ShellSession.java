package dev.kvstore.http.documents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.http.documents.Page.Block;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs the commands of a page in one shell, and compares their output with that on the page. */
final class ShellSession {
  /** Disables colors, and only checks the options of services, which would not end. */
  private static final String PREAMBLE = """
      exec 2>&1
      curl() { command curl --silent --show-error "$@"; }
      java() {
        case ${3-} in
          config | tokens | backup | restore | --help | --version) run_java "$@" ;;
          *) run_java "$1" "$2" config "${@:3}" >/dev/null ;;
        esac
      }
      run_java() { "$JAVA_HOME/bin/java" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC "$@"; }
      """;

  private static final String MARK = "\u0001";

  /** Output that differs in every run; an ellipsis matches anything. */
  private static final List<String> VARYING =
      List.of("…", "kvs_[\\w-]{43}", "\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z", "\\b[0-9a-f]{24}\\b");

  private final Path folder;
  private final String url;
  private final List<Step> steps = new ArrayList<>();

  /** Commands and their output; null if the page shows none. */
  private record Step(Block block, String commands, String output) {}

  /** @param url the URL of the service, which is at port 7070 on the pages */
  ShellSession(Path folder, String url) {
    this.folder = folder;
    this.url = url;
  }

  void run(Page page) throws IOException, InterruptedException {
    for (Block block : page.blocks()) {
      switch (block.language()) {
        case "sh" -> steps.add(new Step(block, block.code(), null));
        case "console" -> addSession(block);
        default -> {
          if (block.mark().contains(".")) {
            Files.writeString(folder.resolve(block.mark()), block.code());
          }
        }
      }
    }
    steps.removeIf(step -> !step.block().isRun());
    if (!steps.isEmpty()) {
      compare(execute());
    }
  }

  private void addSession(Block block) {
    List<String> lines = block.code().lines().toList();
    Iterator<String> left = lines.iterator();
    String command = null;
    StringBuilder output = new StringBuilder();
    while (left.hasNext()) {
      String line = left.next();
      if (!line.startsWith("$ ")) {
        output.append(line).append('\n');
        continue;
      }
      if (command != null) {
        steps.add(new Step(block, command, output.toString()));
      }
      output.setLength(0);
      command = line.substring(2) + "\n";
      while (command.endsWith("\\\n")) {
        command += left.next() + "\n";
      }
    }
    assertThat(command).as("first command of " + block).isNotNull();
    steps.add(new Step(block, command, output.toString()));
  }

  /** Returns the output of each step. */
  private List<String> execute() throws IOException, InterruptedException {
    StringBuilder script = new StringBuilder(PREAMBLE);
    for (Step step : steps) {
      script.append("{\n" + step.commands().replace("http://127.0.0.1:7070", url) + "}\n");
      script.append("printf '" + MARK + "%s" + MARK + "' $?\n");
    }
    Path file = Files.writeString(folder.resolve("page.sh"), script);
    ProcessBuilder builder = new ProcessBuilder("bash", file.toString())
        .directory(folder.toFile())
        .redirectInput(Path.of("/dev/null").toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("KVSTORE_"));
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("HOME", folder.toString());
    builder.environment().put("KVSTORE_SERVER", url);
    builder.environment().put("XDG_CACHE_HOME", folder.resolve("cache").toString());
    builder.environment().put("EDITOR", "true");
    builder.environment().put("LC_ALL", "C.UTF-8");
    Process shell = builder.start();
    try {
      String output = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(shell.waitFor()).isZero();
      return List.of(output.split(MARK, -1));
    } finally {
      shell.descendants().forEach(ProcessHandle::destroy);
      shell.destroy();
    }
  }

  private void compare(List<String> outputs) {
    assertThat(outputs).hasSize(2 * steps.size() + 1);
    for (int i = 0; i < steps.size(); i++) {
      Step step = steps.get(i);
      String output = outputs.get(2 * i).replace(url, "http://127.0.0.1:7070");
      if (step.output() == null) {
        assertThat(outputs.get(2 * i + 1)).as(step.block() + ": " + output).isEqualTo("0");
      } else {
        assertThat(output)
            .as(step.block() + ": $ " + step.commands())
            .matches(pattern(step.output()));
      }
    }
  }

  private static Pattern pattern(String shown) {
    String pattern = Pattern.quote(shown);
    for (String varying : VARYING) {
      String any = varying.equals("…") ? ".*?" : varying;
      pattern = pattern.replaceAll(varying, Matcher.quoteReplacement("\\E" + any + "\\Q"));
    }
    return Pattern.compile(pattern, Pattern.DOTALL);
  }
}
