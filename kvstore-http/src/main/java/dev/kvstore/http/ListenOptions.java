package dev.kvstore.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the service listens, and whether it does so without tokens. */
final class ListenOptions {
  static final String NEEDS_TOKENS =
      "others could reach this address, and there are no tokens. Make one with the command 'tokens"
          + " create --name admin --role admin' and the same --data or --mongodb, then start again"
          + " (in a container: the same image and volume with these arguments, as in 'docker run"
          + " --rm -v kvstore:/data kvstore tokens create --name admin --role admin'). Or add"
          + " --insecure if everyone there may read and write all data";

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
      names = "--insecure",
      arity = "0..1",
      paramLabel = "true|false",
      fallbackValue = "true",
      description = "While there are no tokens, let everyone who can reach the address read and"
          + " write all data.")
  private boolean insecure;

  /** @param noTokens whether it is known that there are none */
  void check(Faults faults, boolean noTokens) {
    faults.checkRange("--port", port, 0, 65535);
    if (address() == null) {
      faults.add("--host", host, "there is no such address");
    } else if (noTokens && isExposed()) {
      faults.add("--host", host, NEEDS_TOKENS);
    }
  }

  /**
   * Tells whether others can reach the service, and nobody said that they may do what they like.
   */
  boolean isExposed() {
    InetAddress address = address();
    return !insecure && (address == null || !address.isLoopbackAddress());
  }

  private @Nullable InetAddress address() {
    try {
      // An empty name would be the loopback address.
      return host.isBlank() ? null : InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      return null;
    }
  }

  /** Returns the host without the brackets that an address of IPv6 has in a URL. */
  String host() {
    return host.startsWith("[") && host.endsWith("]")
        ? host.substring(1, host.length() - 1)
        : host;
  }

  int port() {
    return port;
  }
}
