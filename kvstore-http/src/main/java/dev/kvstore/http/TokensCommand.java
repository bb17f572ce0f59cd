package dev.kvstore.http;

import dev.kvstore.InvalidInputException;
import dev.kvstore.WriteOptions;
import dev.kvstore.http.auth.Limits;
import dev.kvstore.http.auth.Role;
import dev.kvstore.http.auth.Secrets;
import dev.kvstore.http.auth.Token;
import dev.kvstore.http.auth.TokenStorage;
import dev.kvstore.http.auth.Tokens;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Makes, shows and revokes the tokens of a service, whether or not it is running. */
@Command(
    name = "tokens",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    usageHelpWidth = 100,
    description = "Makes, lists and revokes the tokens by which callers are known. A service that"
        + " is running heeds it within a second.",
    footer = {
      "",
      "Once there was a token, every request needs one, also when the last is revoked. To ask for",
      "none again, stop the service and delete " + Backend.TOKENS_FILE + ", or in MongoDB the",
      "collection _tokens."
    })
final class TokensCommand implements Callable<Integer> {
  // Set by picocli before anything is called.
  @SuppressWarnings("NullAway.Init")
  @ParentCommand
  private ServeCommand service;

  @SuppressWarnings("NullAway.Init")
  @Spec
  private CommandSpec spec;

  @Override
  public Integer call() {
    throw new ParameterException(spec.commandLine(), "Say which: tokens create, list or revoke");
  }

  @Command(
      name = "create",
      mixinStandardHelpOptions = true,
      usageHelpWidth = 100,
      description = "Makes a token and prints its secret, which is kept nowhere and cannot be"
          + " shown again.")
  int create(
      @Option(
              names = "--name",
              required = true,
              paramLabel = "NAME",
              description = "Of whom or what it is for: becomes the author of what is written.")
          String name,
      @Option(
              names = "--role",
              required = true,
              paramLabel = "ROLE",
              converter = RoleConverter.class,
              description =
                  "read; write, which can also read; or admin, which can also drop" + " stores.")
          Role role,
      @Option(
              names = "--store",
              paramLabel = "STORE",
              description = "Only good for this store. May be given several times.")
          @Nullable
          List<String> stores,
      @Option(
              names = "--prefix",
              paramLabel = "PREFIX",
              description = "Only good for keys that begin with this. May be given several times.")
          @Nullable
          List<String> prefixes,
      @Option(
              names = "--ttl",
              paramLabel = "DURATION",
              converter = ServeCommand.DurationConverter.class,
              description = "Until it expires, for example P90D (never).")
          @Nullable
          Duration ttl) {
    String secret = Secrets.generate();
    Token token = checked("create", () -> {
      Limits limits = new Limits(orNone(stores), orNone(prefixes));
      Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
      return new Token(name, role, limits, Secrets.hash(secret), now, end(now, ttl));
    });
    service.withTokens(tokens -> {
      tokens.add(token);
      return true;
    });
    out().println(secret);
    spec.commandLine()
        .getErr()
        .println("This is the secret of the token '" + name + "'. It is not shown again.");
    return ExitCode.OK;
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      usageHelpWidth = 100,
      description = "Prints the tokens, without their secrets.")
  int list() {
    Tokens tokens = service.withTokens(TokenStorage::load);
    Instant now = Instant.now();
    row("NAME", "ROLE", "STORES", "PREFIXES", "CREATED", "EXPIRES");
    for (Token token : tokens.list()) {
      row(
          token.name(),
          token.role().text(),
          orAll(token.limits().stores()),
          orAll(token.limits().prefixes()),
          token.createdAt() == null ? "-" : token.createdAt().toString(),
          token.expiresAt() == null
              ? "never"
              : token.expiresAt() + (token.isExpiredAt(now) ? " (expired)" : ""));
    }
    return ExitCode.OK;
  }

  @Command(
      name = "revoke",
      mixinStandardHelpOptions = true,
      usageHelpWidth = 100,
      description = "Revokes a token: within a second nobody is known by it.")
  int revoke(@Parameters(paramLabel = "NAME", description = "The token's name.") String name) {
    checked("revoke", () -> Token.checkName(name));
    if (!service.withTokens(tokens -> tokens.remove(name))) {
      spec.commandLine().getErr().println("There is no token '" + name + "'");
      return ExitCode.SOFTWARE;
    }
    return ExitCode.OK;
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }

  private void row(String... cells) {
    out()
        .println(
            String.format("%-20s %-6s %-20s %-20s %-24s %s", (Object[]) cells).stripTrailing());
  }

  private <T> T checked(String command, Supplier<T> action) {
    try {
      return action.get();
    } catch (InvalidInputException e) {
      throw new ParameterException(spec.subcommands().get(command), e.getMessage(), e);
    }
  }

  private static @Nullable Instant end(Instant now, @Nullable Duration ttl) {
    return ttl == null
        ? null
        : WriteOptions.DEFAULT.ttl(ttl).timeToLive().map(now::plus).orElseThrow();
  }

  private static List<String> orNone(@Nullable List<String> given) {
    return given == null ? List.of() : given;
  }

  private static String orAll(List<String> limits) {
    return limits.isEmpty() ? "all" : String.join(",", limits);
  }

  static final class RoleConverter implements ITypeConverter<Role> {
    @Override
    public Role convert(String text) {
      try {
        return Role.of(text);
      } catch (InvalidInputException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }
}
