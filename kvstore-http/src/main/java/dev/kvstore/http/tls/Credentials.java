package dev.kvstore.http.tls;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;

/**
 * What the files say, as they were when they were read. Two are equal where the files had the same
 * text.
 */
record Credentials(
    PemFile certificate, PemFile key, @Nullable PemFile clientCa) {
  /** Of a key store that is never stored. */
  private static final char[] NO_PASSWORD = new char[0];

  /** @throws PemException if the files cannot be used */
  static Credentials read(TlsFiles files) throws PemException {
    PemFile clientCa = files.clientCa() == null ? null : PemFile.read(files.clientCa());
    return new Credentials(PemFile.read(files.certificate()), PemFile.read(files.key()), clientCa);
  }

  Instant validUntil() throws PemException {
    return certificate.certificates().get(0).getNotAfter().toInstant();
  }

  void applyTo(SslContextFactory tls) throws PemException {
    tls.setKeyStore(keyStore());
    tls.setKeyStorePassword("");
    if (clientCa != null) {
      tls.setTrustStore(trustStore(clientCa.certificates()));
    }
  }

  private KeyStore keyStore() throws PemException {
    List<X509Certificate> chain = certificate.certificates();
    PrivateKey privateKey = key.privateKey();
    try {
      if (!belongTogether(privateKey, chain.get(0).getPublicKey())) {
        throw new PemException("The private key in " + key.path()
            + " is not that of the first certificate in " + certificate.path());
      }
      KeyStore store = emptyStore();
      store.setKeyEntry("server", privateKey, NO_PASSWORD, chain.toArray(X509Certificate[]::new));
      return store;
    } catch (GeneralSecurityException e) {
      throw new PemException("The certificate in " + certificate.path() + " cannot be used");
    }
  }

  private static KeyStore trustStore(List<X509Certificate> authorities) throws PemException {
    try {
      KeyStore store = emptyStore();
      for (int i = 0; i < authorities.size(); i++) {
        store.setCertificateEntry("ca" + i, authorities.get(i));
      }
      return store;
    } catch (GeneralSecurityException e) {
      throw new PemException("The certificates of clients' authorities cannot be used");
    }
  }

  private static KeyStore emptyStore() throws GeneralSecurityException {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, NO_PASSWORD);
      return store;
    } catch (IOException e) {
      throw new IllegalStateException("Nothing was read", e);
    }
  }

  private static boolean belongTogether(PrivateKey privateKey, PublicKey publicKey)
      throws GeneralSecurityException {
    if (!privateKey.getAlgorithm().equals(publicKey.getAlgorithm())) {
      return false;
    }
    String algorithm = switch (privateKey.getAlgorithm()) {
      case "RSA" -> "SHA256withRSA";
      case "EC" -> "SHA256withECDSA";
      default -> privateKey.getAlgorithm();
    };
    byte[] probe = {1, 2, 3};
    Signature signature = Signature.getInstance(algorithm);
    signature.initSign(privateKey);
    signature.update(probe);
    byte[] signed = signature.sign();
    signature.initVerify(publicKey);
    signature.update(probe);
    return signature.verify(signed);
  }
}
