package dev.kvstore.http.tls;

import dev.kvstore.internal.tls.PemException;
import dev.kvstore.internal.tls.PemFile;
import dev.kvstore.internal.tls.PemStores;
import java.time.Instant;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;

/**
 * What the files say, as they were when they were read. Two are equal where the files had the same
 * text.
 */
record Credentials(
    PemFile certificate, PemFile key, @Nullable PemFile clientCa) {
  /** @throws PemException if the files cannot be used */
  static Credentials read(TlsFiles files) throws PemException {
    PemFile clientCa = files.clientCa() == null ? null : PemFile.read(files.clientCa());
    return new Credentials(PemFile.read(files.certificate()), PemFile.read(files.key()), clientCa);
  }

  Instant validUntil() throws PemException {
    return certificate.certificates().get(0).getNotAfter().toInstant();
  }

  void applyTo(SslContextFactory tls) throws PemException {
    tls.setKeyStore(PemStores.ofKey(certificate, key));
    tls.setKeyStorePassword("");
    if (clientCa != null) {
      tls.setTrustStore(PemStores.ofAuthorities(clientCa));
    }
  }
}
