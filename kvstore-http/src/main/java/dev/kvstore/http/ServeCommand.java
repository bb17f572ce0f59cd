package dev.kvstore.http;

import dev.kvstore.InvalidInputException;
import dev.kvstore.KVException;
import dev.kvstore.UnavailableException;
import dev.kvstore.http.auth.Authenticator;
import dev.kvstore.http.auth.TokenStorage;
import dev.kvstore.http.auth.TokenWatch;
import dev.kvstore.spi.EntryDatabase;
import dev.kvstore.spi.ValueLimits;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Runs the service until the process is told to end. */
@Command(
    name = "kvstore",
    subcommands = TokensCommand.class,
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    usageHelpWidth = 100,
    header = "A settings service: typed values under keys, over HTTP.%n",
    customSynopsis = {
      "java -jar kvstore-http.jar [serve] [options]",
      "java -jar kvstore-http.jar tokens create|list|revoke [options]"
    },
    parameterListHeading = "%nCommands:%n",
    commandListHeading = "",
    optionListHeading = "%nOptions:%n",
    footerHeading = "%nExamples:%n",
    footer = {
      "  java -jar kvstore-http.jar",
      "      serves http://127.0.0.1:7070 and keeps the data in ./kvstore-data",
      "  curl -X PUT -d '\"dark\"' http://127.0.0.1:7070/v1/stores/app/keys/ui.theme",
      "      stores a value",
      "  curl http://127.0.0.1:7070/v1/stores/app/keys/ui.theme",
      "      reads it back",
      "  KVSTORE_MONGODB_URI='mongodb://localhost/?replicaSet=rs0' java -jar kvstore-http.jar",
      "      keeps the data in MongoDB",
      "  java -jar kvstore-http.jar tokens create --name ci --role write --store app",
      "      makes a token: from then on every request needs one, as in",
      "      curl -H 'Authorization: Bearer kvs_...'",
      "",
      "Every option has an environment variable, KVSTORE_ and its name in capitals: KVSTORE_PORT,",
      "KVSTORE_MAX_VALUE_BYTES, and KVSTORE_MONGODB_URI for --mongodb. The command line wins.",
      "Exit codes: 0 for success, 1 for a failure, 2 for a wrong option or variable."
    })
final class ServeCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(ServeCommand.class);

  private static final Duration LONGEST_TIMEOUT = Duration.ofHours(1);
  private static final int LARGEST_BATCH_BYTES = 1024 * 1024 * 1024;

  // Set by picocli before anything is called.
  @SuppressWarnings("NullAway.Init")
  @Spec
  private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "serve",
      description = "Runs the service. This is also what happens without a command.")
  private String command = "serve";

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      description = "The address to listen on (${DEFAULT-VALUE}: only this machine can reach it)."
          + " Any but a loopback address needs tokens, or --insecure.")
  private String host = ServerSettings.DEFAULT.host();

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "The port to listen on (${DEFAULT-VALUE}); 0 picks a free one.")
  private int port = 7070;

  @Option(
      names = "--data",
      scope = ScopeType.INHERIT,
      paramLabel = "DIR",
      description = "The folder to keep the data in (${DEFAULT-VALUE}), in the file " + Backend.FILE
          + ". It is made if it is not there.")
  private Path data = Path.of("kvstore-data");

  @Option(
      names = "--mongodb",
      scope = ScopeType.INHERIT,
      paramLabel = "URI",
      description = "Keep the data in this MongoDB instead. Others can read a command line, so"
          + " give a password in KVSTORE_MONGODB_URI.")
  private @Nullable String mongodb;

  @Option(
      names = "--database",
      scope = ScopeType.INHERIT,
      paramLabel = "NAME",
      description = "The MongoDB database (the one that the URI names, or else kvstore).")
  private @Nullable String database;

  @Option(
      names = "--timeout",
      scope = ScopeType.INHERIT,
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      description = "How long the database may take for a request (${DEFAULT-VALUE}).")
  private Duration timeout = Duration.ofSeconds(5);

  @Option(
      names = "--max-value-bytes",
      paramLabel = "N",
      description = "How large a value may be (${DEFAULT-VALUE}).")
  private int maxValueBytes = ValueLimits.DEFAULT.maxBytes();

  @Option(
      names = "--max-body-bytes",
      paramLabel = "N",
      description = "How large a batch of values may be (${DEFAULT-VALUE}).")
  private int maxBodyBytes = ServerSettings.DEFAULT.maxBodyBytes();

  @Option(
      names = "--insecure",
      arity = "0..1",
      paramLabel = "true|false",
      fallbackValue = "true",
      description = "While there are no tokens, let everyone who can reach the address read and"
          + " write all data.")
  private boolean insecure;

  @Mixin
  private final AccessOptions access = new AccessOptions();

  @Override
  public Integer call() {
    Backend backend = backend();
    ServerSettings settings = settings(backend.kind());
    try (StopSignal stop = StopSignal.install();
        EntryDatabase entries = blaming("--mongodb", backend::open);
        TokenWatch tokens = TokenWatch.start(backend.tokens(() -> entries));
        KVServer server = KVServer.start(settings, entries, gate(tokens))) {
      spec.commandLine()
          .getOut()
          .println(
              "kvstore serves " + url(server.port()) + " and keeps its data in " + backend.place());
      warnUnlessReady(entries);
      warnUnlessPrivate();
      stop.await();
      LOG.info("Stopping");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ExitCode.SOFTWARE;
    }
    return ExitCode.OK;
  }

  /** Runs the action with the tokens of the data that the options name. */
  <T> T withTokens(Function<TokenStorage, T> action) {
    Backend backend = backend();
    if (backend.tokensFile() != null) {
      return action.apply(backend.tokens(() -> {
        throw new IllegalStateException("The tokens are in a file");
      }));
    }
    try (EntryDatabase database = blaming("--mongodb", backend::open)) {
      return action.apply(backend.tokens(() -> database));
    }
  }

  private Gate gate(TokenWatch tokens) {
    boolean open = insecure || isLoopback();
    if (!open && !mayHaveTokens(tokens)) {
      throw wrong(
          "--host",
          "others could reach this address, and there are no tokens: make one with 'tokens create',"
              + " or add --insecure if everyone there may read and write all data",
          host);
    }
    return access.gate(new Authenticator(tokens, open, Clock.systemUTC()));
  }

  /** A database that is away may have some; until it is back, nobody is let in. */
  private static boolean mayHaveTokens(TokenWatch tokens) {
    try {
      return tokens.get().configured();
    } catch (UnavailableException e) {
      return true;
    }
  }

  private Backend backend() {
    Backend backend = database();
    Path tokensFile = access.tokensFile();
    return tokensFile == null ? backend : backend.withTokensFile(tokensFile);
  }

  private Backend database() {
    if (!command.equals("serve")) {
      throw new ParameterException(
          spec.commandLine(), "Unknown command '" + command + "', there is only 'serve'");
    }
    if (timeout.compareTo(Duration.ofMillis(1)) < 0 || timeout.compareTo(LONGEST_TIMEOUT) > 0) {
      throw wrong("--timeout", "it must be from PT0.001S to " + LONGEST_TIMEOUT, timeout);
    }
    if (mongodb != null) {
      String uri = mongodb;
      return blaming("--database", () -> Backend.mongodb(uri, database, timeout));
    }
    if (database != null) {
      throw wrong("--database", "it needs --mongodb", database);
    }
    return Backend.sqlite(data, timeout);
  }

  private ServerSettings settings(String kind) {
    checkRange("--port", port, 0, 65535);
    isLoopback();
    access.check(spec.commandLine());
    checkRange("--max-body-bytes", maxBodyBytes, 1, LARGEST_BATCH_BYTES);
    return new ServerSettings(
        host, port, limits(), maxBodyBytes, ServerSettings.DEFAULT.stopTimeout(), kind);
  }

  private ValueLimits limits() {
    try {
      return new ValueLimits(maxValueBytes, ValueLimits.DEFAULT.maxDepth());
    } catch (IllegalArgumentException e) {
      throw wrong("--max-value-bytes", "it must be from 1 to 15 MiB", maxValueBytes);
    }
  }

  private boolean isLoopback() {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw wrong("--host", "there is no such address", host);
    }
  }

  private void checkRange(String option, int value, int from, int to) {
    if (value < from || value > to) {
      throw wrong(option, "it must be from " + from + " to " + to, value);
    }
  }

  /** The messages of these errors do not repeat the value, which may hold a password. */
  private <T> T blaming(String option, Supplier<T> action) {
    try {
      return action.get();
    } catch (InvalidInputException e) {
      throw new ParameterException(
          spec.commandLine(), e.getMessage(), e, spec.findOption(option), null);
    }
  }

  private ParameterException wrong(String option, String problem, Object value) {
    return new ParameterException(
        spec.commandLine(),
        "Invalid value for option '" + option + "': '" + value + "': " + problem,
        spec.findOption(option),
        value.toString());
  }

  /** A database that is away comes back, so that is no reason not to start. */
  private static void warnUnlessReady(EntryDatabase entries) {
    try {
      entries.ping();
    } catch (KVException e) {
      LOG.warn("Not ready: {}. Until that changes, requests are answered with 503", e.getMessage());
    }
  }

  private void warnUnlessPrivate() {
    if (!isLoopback()) {
      LOG.warn("Serving others without TLS: tokens and values can be read on their way");
    }
  }

  private String url(int actualPort) {
    return "http://" + (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + actualPort;
  }

  static final class DurationConverter implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
      try {
        return Duration.parse(text);
      } catch (DateTimeParseException e) {
        throw new TypeConversionException(
            "'" + text + "' is not an ISO-8601 duration such as PT5S or PT0.5S");
      }
    }
  }
}
