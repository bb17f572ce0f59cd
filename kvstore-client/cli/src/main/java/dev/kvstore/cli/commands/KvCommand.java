package dev.kvstore.cli.commands;

import dev.kvstore.cli.options.Connection;
import dev.kvstore.cli.options.Session;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ScopeType;

/** The top-level command, which only describes its subcommands. */
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
    description = "Each command has its own --help with examples.",
    footer = {
      "  kv --server http://127.0.0.1:7070 --store app set ui.theme '\"dark\"'",
      "  export KVSTORE_STORE=app",
      "  kv get ui.theme",
      "  kv list ui.",
      "  kv help set               # or: kv set --help",
      "",
      "Every option has an environment variable, KVSTORE_ and its name in capitals: KVSTORE_SERVER,",
      "KVSTORE_STORE, KVSTORE_TOKEN_FILE. Those above can also be in ~/.config/kvstore/config.yaml:",
      "  server: [http://kv1:7070, http://kv2:7070]",
      "  store: app",
      "An option wins over its variable, a variable over the file.",
      "",
      "Values are JSON and typed: 3 is a number, \"3\" is text. No number is ever rounded.",
      "",
      "Exit codes: 0 done; 1 no such entry, or diff found differences; 2 the command line, the",
      "configuration or the value is wrong; 3 a condition does not hold, or incr over text; 4 the",
      "service cannot be reached or did not answer in time, and nothing was written; 5 the token is",
      "missing or not sufficient; 6 the response to a write was lost, so it may have been",
      "done; 70 anything else. Ctrl-C gives 130."
    })
final class KvCommand {
  private final Session session;

  @SuppressWarnings("UnusedVariable") // picocli sets its options
  @Mixin
  private final Connection connection;

  KvCommand(Session session) {
    this.session = session;
    this.connection = session.connection();
  }

  Session session() {
    return session;
  }
}
