package dev.kvstore.http.command;

import dev.kvstore.http.auth.Token;
import dev.kvstore.http.auth.TokenStorage;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.Command;

@Command(name = "list", description = "Prints the tokens, without their secrets.")
final class ListTokensCommand extends TokenAction {
  @Override
  boolean run(TokenStorage tokens) {
    Instant now = Instant.now();
    row("NAME", "ROLE", "STORES", "PREFIXES", "CREATED", "EXPIRES");
    for (Token token : tokens.load().list()) {
      Instant created = token.createdAt();
      Instant expires = token.expiresAt();
      row(
          token.name(),
          token.role().text(),
          orAll(token.limits().stores()),
          orAll(token.limits().prefixes()),
          created == null ? "unknown" : created.toString(),
          expires == null ? "never" : expires + (token.isExpiredAt(now) ? " (has expired)" : ""));
    }
    return true;
  }

  private void row(String... cells) {
    print(String.format("%-20s %-5s %-20s %-20s %-24s %s", (Object[]) cells));
  }

  private static String orAll(List<String> limits) {
    return limits.isEmpty() ? "all" : String.join(",", limits);
  }
}
