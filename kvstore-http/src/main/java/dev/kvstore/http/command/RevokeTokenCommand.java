package dev.kvstore.http.command;

import dev.kvstore.http.auth.Token;
import dev.kvstore.http.auth.TokenStorage;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "revoke",
    description =
        "Revokes a token. Waits until the running services refuse it, and says how many do.")
final class RevokeTokenCommand extends TokenAction {
  @Parameters(paramLabel = "NAME", description = "The name of the token, not its secret.")
  private @Nullable String name;

  @Override
  public void check(Faults faults) {
    super.check(faults);
    String given = name;
    if (given != null) {
      faults.check(() -> Token.checkName(given));
    }
  }

  @Override
  boolean run(TokenStorage tokens) {
    boolean removed = tokens.remove(Objects.requireNonNull(name));
    if (removed) {
      print("Revoked the token '" + name + "'");
      note(acknowledgement(tokens));
    } else {
      note("There is no token '" + name + "'; 'tokens list' shows those that there are");
    }
    return removed;
  }
}
