package dev.kvstore.cli.commands;

import dev.kvstore.cli.options.Connection;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ScopeType;

/** The command itself, which does nothing but tell what its subcommands can. */
@Command(
    name = "kv",
    scope = ScopeType.INHERIT,
    mixinStandardHelpOptions = true,
    versionProvider = KvVersion.class,
    usageHelpWidth = 100,
    sortOptions = false,
    abbreviateSynopsis = true,
    synopsisHeading = "%nUsage: ",
    descriptionHeading = "%n",
    parameterListHeading = "%n",
    optionListHeading = "%nOptions:%n",
    commandListHeading = "%nCommands:%n",
    footerHeading = "%nExamples:%n",
    header = "Reads and writes the entries of a kvstore service: typed values under keys.",
    description = "Each command has a --help of its own, with examples.",
    footer = {
      "  kv --server http://127.0.0.1:7070 --store app set ui.theme '\"dark\"'",
      "  export KVSTORE_STORE=app",
      "  kv get ui.theme",
      "  kv list ui.",
      "  kv help set               # or: kv set --help",
      "",
      "Every option has an environment variable, KVSTORE_ and its name in capitals: KVSTORE_SERVER,",
      "KVSTORE_STORE, KVSTORE_TOKEN_FILE. Those above can be in ~/.config/kvstore/config.yaml too:",
      "  server: [http://kv1:7070, http://kv2:7070]",
      "  store: app",
      "An option counts before its variable, the variable before the file.",
      "",
      "Values are JSON and typed: 3 is a number, \"3\" is text. No number is ever rounded.",
      "",
      "Exit codes: 0 done; 1 there is no such entry, or diff found differences; 2 something is wrong",
      "with the command line, the configuration or the value; 3 the entry is not as demanded (an",
      "--if- condition, or incr over text); 4 the service cannot be reached or did not answer in",
      "time, and nothing was written; 5 the token is missing, wrong or not good for this; 6 the answer",
      "to a write was lost, so it may have been done; 70 anything else. Ctrl-C gives 130."
    })
final class KvCommand {
  @Mixin
  private final Connection connection;

  KvCommand(Connection connection) {
    this.connection = connection;
  }

  Connection connection() {
    return connection;
  }
}
