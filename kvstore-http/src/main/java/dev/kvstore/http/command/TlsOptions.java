package dev.kvstore.http.command;

import dev.kvstore.http.tls.Tls;
import dev.kvstore.http.tls.TlsFiles;
import dev.kvstore.internal.tls.PemException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options for TLS and its certificate. */
final class TlsOptions {
  @Option(
      names = "--tls-certificate",
      paramLabel = "FILE",
      description = "Serve https only, with the certificate in this PEM file, followed by its"
          + " chain. Reloaded when it changes.")
  private @Nullable Path certificate;

  @Option(
      names = "--tls-key",
      paramLabel = "FILE",
      description = "The certificate's private key: PEM, PKCS #8, not encrypted.")
  private @Nullable Path key;

  @Option(
      names = "--tls-client-ca",
      paramLabel = "FILE",
      description =
          "Accept only clients with a certificate signed by an authority in this PEM" + " file.")
  private @Nullable Path clientCa;

  void check(Faults faults) {
    TlsFiles files = files();
    if (files != null) {
      try {
        Tls.check(files);
      } catch (PemException e) {
        faults.add("--tls-certificate", files.certificate(), String.valueOf(e.getMessage()));
      }
    } else if (certificate != null) {
      faults.add("--tls-certificate", certificate, "it needs --tls-key");
    } else if (key != null) {
      faults.add("--tls-key", key, "it needs --tls-certificate");
    } else if (clientCa != null) {
      faults.add("--tls-client-ca", clientCa, "it needs --tls-certificate and --tls-key");
    }
  }

  /** Returns the files; null if the service does not use TLS. */
  @Nullable
  TlsFiles files() {
    return certificate == null || key == null ? null : new TlsFiles(certificate, key, clientCa);
  }
}
