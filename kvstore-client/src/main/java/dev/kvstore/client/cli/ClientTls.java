package dev.kvstore.client.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Makes an SSL context of PEM files. */
final class ClientTls {
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]*)-----END PRIVATE KEY-----");
  private static final char[] NO_PASSWORD = {};

  private ClientTls() {}

  /**
   * Returns the context, or empty if something is wrong with the files, which is added to the
   * faults.
   *
   * @param caFile whom to trust; null for whom Java trusts
   * @param cert the certificate to show, with its chain; null for none
   * @param key the key of the certificate
   */
  static Optional<SSLContext> context(
      @Nullable Path caFile, @Nullable Path cert, @Nullable Path key, Faults faults) {
    int before = faults.messages().size();
    Collection<? extends Certificate> authorities =
        caFile == null ? null : certificates("--ca-file", caFile, faults);
    Collection<? extends Certificate> chain =
        cert == null ? null : certificates("--cert", cert, faults);
    PrivateKey privateKey = key == null ? null : privateKey(key, faults);
    if (faults.messages().size() > before) {
      return Optional.empty();
    }
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(
          chain == null || privateKey == null ? null : keys(chain, privateKey),
          authorities == null ? null : trust(authorities),
          null);
      return Optional.of(context);
    } catch (GeneralSecurityException | IOException e) {
      faults.addFor(cert == null ? "--ca-file" : "--cert", "it cannot be used: " + e.getMessage());
      return Optional.empty();
    }
  }

  /** Returns a context that trusts nobody, for connections without TLS. */
  static SSLContext unused() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(new KeyManager[0], new TrustManager[0], null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("This Java has no TLS", e);
    }
  }

  private static Collection<? extends Certificate> certificates(
      String option, Path file, Faults faults) {
    try {
      Collection<? extends Certificate> certificates = CertificateFactory.getInstance("X.509")
          .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file)));
      if (certificates.isEmpty()) {
        faults.addFor(option, file + " has no certificate in PEM");
      }
      return certificates;
    } catch (CertificateException e) {
      faults.addFor(option, file + " has no certificate in PEM");
    } catch (IOException e) {
      faults.addFor(option, file + " cannot be read: " + LocalFiles.reason(e));
    }
    return List.of();
  }

  private static @Nullable PrivateKey privateKey(Path file, Faults faults) {
    if (LocalFiles.isReadableByOthers(file)) {
      faults.warn(file + " has a private key and can be read by others than its owner: chmod 600"
          + " it");
    }
    try {
      Matcher pem = KEY.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
      if (pem.find()) {
        return privateKey(Base64.getMimeDecoder().decode(pem.group(1)));
      }
      faults.addFor("--key", file + " has no 'BEGIN PRIVATE KEY': it must be PKCS #8 without a"
          + " password, as 'openssl pkcs8 -topk8 -nocrypt' makes it");
    } catch (IOException e) {
      faults.addFor("--key", file + " cannot be read: " + LocalFiles.reason(e));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      faults.addFor("--key", file + " has no RSA, EC or Ed25519 key that can be read");
    }
    return null;
  }

  private static PrivateKey privateKey(byte[] pkcs8) throws GeneralSecurityException {
    for (String algorithm : new String[] {"RSA", "EC", "Ed25519"}) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
      } catch (InvalidKeySpecException e) {
        // then it is one of the others
      }
    }
    throw new InvalidKeySpecException("Not one of these");
  }

  private static KeyManager[] keys(Collection<? extends Certificate> chain, PrivateKey key)
      throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry("client", key, NO_PASSWORD, chain.toArray(new Certificate[0]));
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, NO_PASSWORD);
    return factory.getKeyManagers();
  }

  private static TrustManager[] trust(Collection<? extends Certificate> authorities)
      throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    int number = 0;
    for (Certificate authority : authorities) {
      store.setCertificateEntry("authority-" + number++, authority);
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory.getTrustManagers();
  }
}
