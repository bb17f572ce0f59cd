package dev.kvstore.http;

import dev.kvstore.http.auth.Authenticator;
import dev.kvstore.http.auth.RateLimiter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;

/** The options about who may use the service, and how much. */
final class AccessOptions {
  private static final int MOST_REQUESTS_PER_SECOND = 1_000_000;

  @Option(
      names = "--tokens-file",
      scope = ScopeType.INHERIT,
      paramLabel = "FILE",
      description =
          "Have the tokens in this YAML file (" + Backend.TOKENS_FILE + " in the folder of"
              + " the data; with --mongodb, in the database). It is read again when it changes.")
  private @Nullable Path tokensFile;

  @Option(
      names = "--max-requests-per-second",
      paramLabel = "N",
      description = "How often each token may ask, and each address that shows none"
          + " (${DEFAULT-VALUE}: as often as they like).")
  private int maxRequestsPerSecond;

  @Nullable
  Path tokensFile() {
    return tokensFile;
  }

  /** Refuses what a service cannot run with. */
  void check(CommandLine command) {
    if (maxRequestsPerSecond < 0 || maxRequestsPerSecond > MOST_REQUESTS_PER_SECOND) {
      throw wrong(
          command,
          "--max-requests-per-second",
          maxRequestsPerSecond,
          "it must be from 0 to " + MOST_REQUESTS_PER_SECOND);
    }
    if (tokensFile != null && !Files.exists(tokensFile)) {
      throw wrong(command, "--tokens-file", tokensFile, "there is no such file");
    }
  }

  Gate gate(Authenticator authenticator) {
    RateLimiter limiter =
        maxRequestsPerSecond == 0 ? null : new RateLimiter(maxRequestsPerSecond, System::nanoTime);
    return new Gate(authenticator, limiter, false);
  }

  private static ParameterException wrong(
      CommandLine command, String option, Object value, String problem) {
    return new ParameterException(
        command,
        "Invalid value for option '" + option + "': '" + value + "': " + problem,
        command.getCommandSpec().findOption(option),
        value.toString());
  }
}
