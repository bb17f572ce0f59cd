package dev.kvstore.client.internal.request;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.internal.tls.PemException;
import dev.kvstore.internal.tls.PemFile;
import dev.kvstore.internal.tls.PemStores;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * The TLS settings of the client: a given context, or PEM files.
 *
 * @param given a context to use unchanged; null for none
 * @param authorities the trusted authorities; null for those of the JDK
 * @param own the client certificate with its key; null for none
 */
public record ClientTls(
    @Nullable SSLContext given,
    @Nullable KeyStore authorities,
    @Nullable KeyStore own) {
  public static final ClientTls DEFAULT = new ClientTls(null, null, null);

  public ClientTls trusting(Path pem) {
    return new ClientTls(null, read(() -> PemStores.ofAuthorities(PemFile.read(pem))), own);
  }

  public ClientTls showing(Path certificate, Path key) {
    return new ClientTls(
        null,
        authorities,
        read(() -> PemStores.ofKey(PemFile.read(certificate), PemFile.read(key))));
  }

  public static ClientTls of(SSLContext context) {
    return new ClientTls(context, null, null);
  }

  /** Returns the context to use; empty for the JDK's default. */
  Optional<SSLContext> context() {
    return given != null || (authorities == null && own == null)
        ? Optional.ofNullable(given)
        : Optional.of(made());
  }

  private SSLContext made() {
    try {
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(authorities);
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(own, new char[0]);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new InvalidInputException(
          ErrorCode.INVALID_PARAMETER, "The JDK cannot use these certificates", e);
    }
  }

  private static KeyStore read(PemSource source) {
    try {
      return source.read();
    } catch (PemException e) {
      throw new InvalidInputException(ErrorCode.INVALID_PARAMETER, String.valueOf(e.getMessage()));
    }
  }

  private interface PemSource {
    KeyStore read() throws PemException;
  }
}
