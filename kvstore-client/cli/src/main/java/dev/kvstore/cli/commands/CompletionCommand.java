package dev.kvstore.cli.commands;

import dev.kvstore.cli.options.UsageErrors;
import dev.kvstore.cli.terminal.ExitCodes;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "completion",
    header = "Prints a completion script for a shell.",
    description = "Lets the shell complete commands and options of kv.",
    footer = {
      "  source <(kv completion bash)      # in ~/.bashrc",
      "  source <(kv completion zsh)       # in ~/.zshrc, after compinit"
    })
final class CompletionCommand extends Action {
  private static final List<String> SHELLS = List.of("bash", "zsh");

  @Parameters(
      paramLabel = "SHELL",
      completionCandidates = Shells.class,
      description = "bash or zsh.")
  private @Nullable String shell;

  @Override
  public void check(UsageErrors faults) {
    if (shell != null && !SHELLS.contains(shell)) {
      faults.add("There is a script for bash and for zsh, and none for '" + shell + "'");
    }
  }

  @Override
  public Integer call() {
    // The same script works for both: it enables the compatibility mode of zsh.
    String script = AutoComplete.bash("kv", Commands.all(session()));
    console().out().print(script);
    return ExitCodes.OK;
  }

  /** The completions of the parameter in the script itself. */
  static final class Shells implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return SHELLS.iterator();
    }
  }
}
