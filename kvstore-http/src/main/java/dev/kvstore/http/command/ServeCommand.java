package dev.kvstore.http.command;

import dev.kvstore.InvalidInputException;
import dev.kvstore.KVException;
import dev.kvstore.UnavailableException;
import dev.kvstore.http.auth.AccessControl;
import dev.kvstore.http.auth.TokenWatch;
import dev.kvstore.http.metrics.Metrics;
import dev.kvstore.http.server.KVServer;
import dev.kvstore.http.server.ServerSettings;
import dev.kvstore.internal.config.Variables;
import dev.kvstore.spi.EntryDatabase;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command to run the service until the process is told to stop. */
@Command(
    name = "kvstore",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    usageHelpWidth = 100,
    header = "A settings service: typed values under keys, over HTTP.%n",
    customSynopsis = {
      "java -jar kvstore-http.jar [serve] [options]",
      "java -jar kvstore-http.jar config [options]",
      "java -jar kvstore-http.jar tokens create|list|revoke [options]",
      "java -jar kvstore-http.jar backup|restore [options] FILE"
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
      "KVSTORE_MAX_VALUE_BYTES, and KVSTORE_MONGODB_URI for --mongodb; and a name in the YAML file,",
      "without the leading hyphens. An option wins over a variable, a variable over the file.",
      "Exit codes: 0 for success, 1 for a failure, 2 for a wrong option, variable or file."
    })
public final class ServeCommand implements CheckedCommand {
  private static final Logger LOG = LoggerFactory.getLogger(ServeCommand.class);

  // Set by picocli before anything is called.
  @SuppressWarnings("NullAway.Init")
  @Spec
  private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "serve",
      description = "Runs the service. This is the default command.")
  private String command = "serve";

  @Mixin
  private ServeOptions options = new ServeOptions();

  private final Variables variables;

  /** @param variables the unknown variables of the environment */
  public ServeCommand(Variables variables) {
    this.variables = variables;
  }

  @Override
  public void check(Faults faults) {
    if (!command.equals("serve")) {
      faults.add("There is no command '" + command + "'");
    }
    options.check(faults);
    options.checkTokens(faults);
  }

  @Override
  public Integer call() {
    options.log().apply();
    warnAboutVariables();
    Metrics metrics = new Metrics();
    Backend backend = options.backend(metrics);
    ServerSettings settings = options.server(backend);
    try (StopSignal stop = StopSignal.install();
        EntryDatabase entries = open(backend);
        TokenWatch tokens = TokenWatch.start(backend.tokens(entries));
        KVServer server = start(settings, entries, tokens, metrics)) {
      spec.commandLine()
          .getOut()
          .println("kvstore serves " + url(settings, server.port()) + " and keeps its data in "
              + backend.place());
      metrics.tokens(() -> expiries(tokens));
      warnUnlessReady(entries);
      warnUnlessPrivate(settings);
      stop.await();
      LOG.info("Stopping");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ExitCode.SOFTWARE;
    }
    return ExitCode.OK;
  }

  /** Opens the database. Contradictory options of a connection string are detected only here. */
  private EntryDatabase open(Backend backend) {
    try {
      return backend.open();
    } catch (InvalidInputException e) {
      throw new ParameterException(
          spec.commandLine(), e.getMessage(), e, spec.findOption("--mongodb"), null);
    }
  }

  private KVServer start(
      ServerSettings settings, EntryDatabase entries, TokenWatch tokens, Metrics metrics) {
    AccessControl accessControl = accessControl(tokens);
    options.seed(entries);
    return KVServer.start(settings, entries, accessControl, metrics);
  }

  private AccessControl accessControl(TokenWatch tokens) {
    String demanding = options.tokensDemandedBy();
    if (demanding != null && !mayHaveTokens(tokens)) {
      throw new ParameterException(
          spec.commandLine(), options.noTokens(demanding), spec.findOption(demanding), null);
    }
    return options.accessControl(tokens);
  }

  private static List<Instant> expiries(TokenWatch tokens) {
    Instant now = Instant.now();
    try {
      return tokens.get().list().stream()
          .filter(token -> !token.isExpiredAt(now))
          .map(token -> Objects.requireNonNullElse(token.expiresAt(), Instant.MAX))
          .toList();
    } catch (UnavailableException e) {
      return List.of();
    }
  }

  /**
   * Returns true if there may be tokens, also if the database is unavailable; until it is back, no
   * one has access.
   */
  private static boolean mayHaveTokens(TokenWatch tokens) {
    try {
      return tokens.get().configured();
    } catch (UnavailableException e) {
      return true;
    }
  }

  public void warnAboutVariables() {
    variables.unknown().forEach(LOG::warn);
    String note = variables.note();
    if (note != null) {
      LOG.info(note);
    }
  }

  private static void warnUnlessPrivate(ServerSettings settings) {
    if (!settings.isLoopback() && settings.connections().tls() == null) {
      LOG.warn("Serving others without TLS: tokens and values can be read on their way");
    }
  }

  /** Warns if the database is unavailable, which is temporary and should not prevent the start. */
  private static void warnUnlessReady(EntryDatabase entries) {
    try {
      entries.ping();
    } catch (KVException e) {
      LOG.warn("Not ready: {}. Until that changes, requests are answered with 503", e.getMessage());
    }
  }

  private static String url(ServerSettings settings, int port) {
    String scheme = settings.connections().tls() == null ? "http" : "https";
    // The zone of an address follows a '%', which must be escaped in a URL.
    String host = settings.host().replace("%", "%25");
    return scheme + "://" + (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
  }
}
