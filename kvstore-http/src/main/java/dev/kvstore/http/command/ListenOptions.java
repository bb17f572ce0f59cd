package dev.kvstore.http.command;

import dev.kvstore.http.server.ServerSettings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options for the address of the service, and for running it without tokens. */
final class ListenOptions {
  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      description = "The address to listen on (${DEFAULT-VALUE}, reachable from this machine"
          + " only). Any other than a loopback address needs tokens, or --insecure.")
  private String host = ServerSettings.DEFAULT.host();

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "The port to listen on (${DEFAULT-VALUE}); 0 picks a free one.")
  private int port = 7070;

  @Option(
      names = "--insecure",
      arity = "0..1",
      paramLabel = "true|false",
      fallbackValue = "true",
      description =
          "While there are no tokens, let everyone who can reach the address read and write all data.")
  private boolean insecure;

  @Option(
      names = "--require-tokens",
      arity = "0..1",
      paramLabel = "true|false",
      fallbackValue = "true",
      description = "Do not start without tokens, even on a loopback address. --trusted-proxies and"
          + " --tls-certificate imply this, unless --insecure is given.")
  private boolean requireTokens;

  void check(Faults faults) {
    faults.checkRange("--port", port, 0, 65535);
    if (address() == null) {
      faults.add("--host", host, "there is no such address");
    }
    if (insecure && requireTokens) {
      faults.add("--insecure and --require-tokens contradict each other: leave one of them out");
    }
  }

  /**
   * Returns the option because of which the service requires tokens, or null.
   *
   * @param proxied true if clients connect through proxies
   * @param encrypted true if the service uses TLS
   */
  @Nullable
  String tokensDemandedBy(boolean proxied, boolean encrypted) {
    if (requireTokens) {
      return "--require-tokens";
    }
    InetAddress address = address();
    if (insecure) {
      return null;
    }
    if (address == null || !address.isLoopbackAddress()) {
      return "--host";
    }
    if (proxied) {
      return "--trusted-proxies";
    }
    return encrypted ? "--tls-certificate" : null;
  }

  /** Returns the error if this option requires tokens and there are none. */
  static String noTokens(String option) {
    String remedy =
        "make one with the command 'tokens create --name admin --role admin' and the same"
            + " --data or --mongodb, then start again (in a container: with the same image and"
            + " volume, as"
            + " in 'docker run --rm -v kvstore:/data kvstore tokens create --name admin --role"
            + " admin')";
    return option.equals("--require-tokens")
        ? "there are no tokens where the service looks for them: check where the data is, or "
            + remedy
        : "others can reach the service, and there are no tokens: " + remedy
            + ", or add --insecure if everyone there may read and write all data";
  }

  private @Nullable InetAddress address() {
    try {
      // An empty name would resolve to the loopback address.
      return host.isBlank() ? null : InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      return null;
    }
  }

  /** Returns the host without the brackets of an IPv6 address in a URL. */
  String host() {
    return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
  }

  int port() {
    return port;
  }
}
