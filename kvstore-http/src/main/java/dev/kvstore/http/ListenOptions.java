package dev.kvstore.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import picocli.CommandLine.Option;

/** Where the service listens. */
final class ListenOptions {
  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      description = "The address to listen on (${DEFAULT-VALUE}: only this machine can reach it)."
          + " The service asks for no password yet, so any but a loopback address needs"
          + " --insecure.")
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
      description = "Let everyone who can reach the address read and write all data.")
  private boolean insecure;

  void check(Faults faults) {
    faults.checkRange("--port", port, 0, 65535);
    try {
      if (!InetAddress.getByName(host).isLoopbackAddress() && !insecure) {
        faults.add(
            "--host",
            host,
            "others could reach this address, and the service asks for no password yet; add"
                + " --insecure if everyone there may read and write all data");
      }
    } catch (UnknownHostException e) {
      faults.add("--host", host, "there is no such address");
    }
  }

  String host() {
    return host;
  }

  int port() {
    return port;
  }
}
