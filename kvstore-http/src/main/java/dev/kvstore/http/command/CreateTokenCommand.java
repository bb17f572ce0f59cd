package dev.kvstore.http.command;

import dev.kvstore.InvalidInputException;
import dev.kvstore.WriteOptions;
import dev.kvstore.http.auth.Limits;
import dev.kvstore.http.auth.Role;
import dev.kvstore.http.auth.Token;
import dev.kvstore.http.auth.TokenSecret;
import dev.kvstore.http.auth.TokenStorage;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "create",
    description = "Creates a token and prints its secret, which is not stored and cannot be"
        + " shown again. Waits until the running services know the token, and prints how many do.")
final class CreateTokenCommand extends TokenAction {
  @Option(
      names = "--name",
      required = true,
      paramLabel = "NAME",
      description = "The name of the user or application; the author of its writes.")
  private @Nullable String name;

  @Option(
      names = "--role",
      required = true,
      paramLabel = "ROLE",
      description = "read; write, which includes read; or admin, which can also drop stores.")
  private @Nullable Role role;

  @Option(
      names = "--store",
      paramLabel = "STORE",
      description = "Valid for this store only; may be repeated.")
  private List<String> stores = new ArrayList<>();

  @Option(
      names = "--prefix",
      paramLabel = "PREFIX",
      description = "Valid for keys with this prefix only; may be repeated.")
  private List<String> prefixes = new ArrayList<>();

  @Option(
      names = "--ttl",
      paramLabel = "DURATION",
      description = "The time until it expires, such as 90d (never).")
  private @Nullable Duration ttl;

  @Override
  public void check(Faults faults) {
    super.check(faults);
    String given = name;
    if (given != null) {
      faults.check(() -> Token.checkName(given));
    }
    faults.check(() -> new Limits(stores, prefixes));
    faults.check(() -> end(Instant.EPOCH));
  }

  @Override
  boolean run(TokenStorage tokens) {
    String secret = TokenSecret.generate();
    Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    Limits limits = new Limits(stores, prefixes);
    tokens.add(new Token(
        Objects.requireNonNull(name),
        Objects.requireNonNull(role),
        limits,
        TokenSecret.hash(secret),
        now,
        end(now)));
    print(secret);
    note("This is the secret of the token '" + name + "'; it is not shown again");
    if (!limits.equals(Limits.NONE)) {
      // The limits can come from variables such as KVSTORE_STORE.
      note("It is valid only for " + scope());
    }
    note(acknowledgement(tokens));
    return true;
  }

  private String scope() {
    List<String> scope = new ArrayList<>();
    if (!stores.isEmpty()) {
      scope.add("the stores: " + String.join(", ", stores));
    }
    if (!prefixes.isEmpty()) {
      scope.add("keys that begin with: " + String.join(", ", prefixes));
    }
    return String.join("; ", scope);
  }

  /** @throws InvalidInputException if it is not in the future, or too far in the future */
  private @Nullable Instant end(Instant now) {
    return ttl == null
        ? null
        : WriteOptions.DEFAULT.ttl(ttl).timeToLive().map(now::plus).orElseThrow();
  }
}
