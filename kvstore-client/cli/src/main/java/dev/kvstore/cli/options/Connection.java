package dev.kvstore.cli.options;

import dev.kvstore.Names;
import dev.kvstore.cli.terminal.LocalFiles;
import dev.kvstore.client.HttpSettings;
import dev.kvstore.internal.config.DurationConverter;
import dev.kvstore.internal.transfer.SnapshotSource;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The options for the service and store, which may be given before or after a command. */
public final class Connection {
  /** Without a near-cache: a command reads once and needs the current state. */
  private static final HttpSettings UNCACHED = HttpSettings.DEFAULT.withoutNearCache();

  @Option(
      names = "--server",
      split = ",",
      paramLabel = "URL",
      scope = ScopeType.INHERIT,
      description = "The URL of the service (http://127.0.0.1:7070). Several nodes are separated"
          + " by commas, or given by repeating the option.")
  private List<String> servers = new ArrayList<>();

  @Option(
      names = "--store",
      paramLabel = "NAME",
      scope = ScopeType.INHERIT,
      description = "The store to work on.")
  private @Nullable String store;

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      scope = ScopeType.INHERIT,
      description = "The token to send. Others on this machine can read your command line:"
          + " prefer --token-file, KVSTORE_TOKEN or the configuration file.")
  private @Nullable String token;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description = "A file with the token.")
  private @Nullable Path tokenFile;

  @Option(
      names = "--timeout",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      scope = ScopeType.INHERIT,
      description = "The time limit of a request, such as 5s (40s).")
  private Duration timeout = UNCACHED.requestTimeout();

  @Option(
      names = "--ca-file",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description = "A PEM file with the certificate authorities to trust over https, instead of"
          + " Java's.")
  private @Nullable Path caFile;

  @Option(
      names = "--cert",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description = "A PEM file with the client certificate and its chain. Needs --key.")
  private @Nullable Path cert;

  @Option(
      names = "--key",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description = "A PEM file with the private key of --cert, PKCS #8.")
  private @Nullable Path key;

  @Option(
      names = {"-v", "--verbose"},
      scope = ScopeType.INHERIT,
      description = "Print more, especially about errors.")
  private boolean verbose;

  private String tokenOrigin = "";
  private List<URI> urls = List.of();
  private HttpSettings settings = UNCACHED;

  public boolean isVerbose() {
    return verbose;
  }

  public boolean hasToken() {
    return token != null || tokenFile != null;
  }

  /** Returns the origin of the token. */
  public String tokenOrigin() {
    return tokenOrigin;
  }

  public String store() {
    return Objects.requireNonNull(store, "checked");
  }

  List<URI> urls() {
    return urls;
  }

  HttpSettings settings() {
    return settings;
  }

  /**
   * Checks the options, adds their errors, and prepares the settings.
   *
   * @param needsStore true if the command needs a store
   */
  public void check(UsageErrors faults, boolean needsStore) {
    UserConfigFile file = faults.sources().file();
    file.faults().forEach(faults::add);
    file.warnings().forEach(faults::warn);
    checkStore(faults, needsStore);
    faults.addFrom("--timeout", () -> settings = settings.withRequestTimeout(timeout));
    urls = servers.isEmpty()
        ? List.of(URI.create("http://127.0.0.1:7070"))
        : servers.stream().flatMap(server -> url(server, faults).stream()).toList();
    checkToken(faults);
    checkTls(faults);
  }

  private void checkTls(UsageErrors faults) {
    Path authorities = caFile;
    Path certificate = cert;
    Path privateKey = key;
    if (authorities != null) {
      faults.addFrom("--ca-file", () -> settings = settings.trusting(authorities));
    }
    if (certificate != null && privateKey != null) {
      faults.addFrom(
          "--cert", () -> settings = settings.withClientCertificate(certificate, privateKey));
      if (LocalFiles.isReadableByOthers(privateKey)) {
        faults.warn(privateKey + " has a private key and can be read by others than its owner:"
            + " chmod 600 it");
      }
    } else if (certificate != null || privateKey != null) {
      faults.addFor(certificate == null ? "--key" : "--cert", "give both --cert and --key");
    } else if (authorities == null
        && urls.stream().noneMatch(url -> "https".equalsIgnoreCase(url.getScheme()))) {
      settings = settings.withSslContext(unusedContext());
    }
  }

  /**
   * Returns an empty context for connections without TLS, because loading all authorities that Java
   * trusts takes as long as the whole command.
   */
  private static SSLContext unusedContext() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(new KeyManager[0], new TrustManager[0], null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("This Java has no TLS", e);
    }
  }

  private void checkStore(UsageErrors faults, boolean needsStore) {
    if (needsStore && store == null) {
      faults.add("Which store? Give --store, or set KVSTORE_STORE, or write 'store: NAME' in "
          + faults.sources().file().path() + "; 'kv stores' lists those that there are");
    } else if (store != null) {
      String name = store;
      faults.addFrom("--store", () -> Names.checkStore(name));
    }
  }

  private static List<URI> url(String server, UsageErrors faults) {
    try {
      URI url = new URI(server.strip());
      String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
      if (url.getHost() != null && (scheme.equals("http") || scheme.equals("https"))) {
        return List.of(url);
      }
    } catch (URISyntaxException e) {
      // reported below without the text, which may contain a password
    }
    faults.addFor("--server", "the address of a service looks like http://127.0.0.1:7070");
    return List.of();
  }

  /** Checks the token options. The one from the source with the highest precedence is used. */
  private void checkToken(UsageErrors faults) {
    int direct = token == null ? Integer.MAX_VALUE : faults.rank("--token");
    int inFile = tokenFile == null ? Integer.MAX_VALUE : faults.rank("--token-file");
    if (token != null && tokenFile != null && direct == inFile) {
      faults.addFor("--token", "give either --token or --token-file");
    } else if (token != null && direct < inFile) {
      String text = token;
      tokenOrigin = faults.origin("--token");
      faults.addFrom("--token", () -> settings = settings.withToken(text));
    } else if (tokenFile != null) {
      tokenOrigin = faults.origin("--token-file");
      readToken(tokenFile, faults);
    }
  }

  private void readToken(Path file, UsageErrors faults) {
    try {
      byte[] bytes = SnapshotSource.withoutMark(Files.readAllBytes(file));
      String text = new String(bytes, StandardCharsets.UTF_8).strip();
      faults.addFrom("--token-file", () -> settings = settings.withToken(text));
    } catch (IOException e) {
      faults.addFor("--token-file", file + " cannot be read: " + LocalFiles.reason(e));
    }
    if (LocalFiles.isReadableByOthers(file)) {
      faults.warn(file + " has a token and can be read by others than its owner: chmod 600 it");
    }
  }
}
