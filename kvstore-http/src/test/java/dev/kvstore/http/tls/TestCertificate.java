package dev.kvstore.http.tls;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** A self-signed certificate for localhost, created with the JDK's keytool. */
public final class TestCertificate {
  private static final char[] PASSWORD = "password".toCharArray();

  private static final Map<String, TestCertificate> MADE = new ConcurrentHashMap<>();

  private final KeyStore store;

  private TestCertificate(KeyStore store) {
    this.store = store;
  }

  /**
   * Returns the certificate with this name, always the same one.
   *
   * @param algorithm the name in keytool: RSA, EC, Ed25519
   */
  public static TestCertificate of(String algorithm, String name) {
    return MADE.computeIfAbsent(algorithm + " " + name, key -> make(algorithm));
  }

  private static TestCertificate make(String algorithm) {
    try {
      Path folder = Files.createTempDirectory("certificate");
      Path file = folder.resolve("store.p12");
      keytool(algorithm, file);
      KeyStore store = KeyStore.getInstance("PKCS12");
      try (InputStream in = Files.newInputStream(file)) {
        store.load(in, PASSWORD);
      }
      Files.delete(file);
      Files.delete(folder);
      return new TestCertificate(store);
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void keytool(String algorithm, Path file) throws IOException {
    String options = "-genkeypair -alias server -dname CN=localhost"
        + " -ext SAN=DNS:localhost,IP:127.0.0.1 -storetype PKCS12 -keyalg " + algorithm
        + " -storepass " + new String(PASSWORD);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(options.split(" ", -1)));
    command.addAll(List.of("-keystore", file.toString()));
    Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (keytool.onExit().join().exitValue() != 0) {
      throw new IOException(output);
    }
  }

  public X509Certificate certificate() throws GeneralSecurityException {
    return (X509Certificate) store.getCertificate("server");
  }

  public String certificatePem() throws GeneralSecurityException {
    return pem("CERTIFICATE", certificate().getEncoded());
  }

  public String keyPem() throws GeneralSecurityException {
    return pem("PRIVATE KEY", store.getKey("server", PASSWORD).getEncoded());
  }

  /** Writes the files for a server that does not require client certificates. */
  public TlsFiles writeTo(Path folder) throws Exception {
    Path certificate = folder.resolve("server.pem");
    Path key = folder.resolve("server.key");
    Files.writeString(certificate, certificatePem());
    Files.writeString(key, keyPem());
    return new TlsFiles(certificate, key, null);
  }

  /** Returns a client context that trusts this certificate and has its own one. */
  public SSLContext client(@Nullable TestCertificate own) throws GeneralSecurityException {
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusting());
    KeyManager[] keys = new KeyManager[0];
    if (own != null) {
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(own.store, PASSWORD);
      keys = factory.getKeyManagers();
    }
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys, trust.getTrustManagers(), null);
    return context;
  }

  private KeyStore trusting() throws GeneralSecurityException {
    try {
      KeyStore trusting = KeyStore.getInstance("PKCS12");
      trusting.load(null, PASSWORD);
      trusting.setCertificateEntry("server", certificate());
      return trusting;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  static String pem(String label, byte[] content) {
    String text =
        Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(content);
    return "-----BEGIN " + label + "-----\n" + text + "\n-----END " + label + "-----\n";
  }
}
