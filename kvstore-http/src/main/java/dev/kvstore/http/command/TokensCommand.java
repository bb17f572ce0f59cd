package dev.kvstore.http.command;

import picocli.CommandLine.Command;

/** The parent of the commands that create, list and revoke the tokens of a service. */
@Command(
    name = "tokens",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    usageHelpWidth = 100,
    synopsisSubcommandLabel = "create|list|revoke",
    description = "Creates, lists and revokes tokens. A running service applies changes within a"
        + " second.%n",
    footer = {
      "",
      "Once there was a token, every request needs one, also after the last is revoked. To open the",
      "service again, stop it and delete " + Backend.TOKENS_FILE + ", or in MongoDB the",
      "collection _tokens."
    },
    subcommands = {CreateTokenCommand.class, ListTokensCommand.class, RevokeTokenCommand.class})
public final class TokensCommand implements CheckedCommand {
  @Override
  public void check(Faults faults) {
    faults.add("Say which: tokens create, tokens list or tokens revoke");
  }

  @Override
  public Integer call() {
    throw new IllegalStateException("Refused by the check");
  }
}
