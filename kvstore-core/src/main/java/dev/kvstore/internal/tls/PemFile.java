package dev.kvstore.internal.tls;

import dev.kvstore.internal.files.FileTrust;
import dev.kvstore.internal.files.RegularFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The content of a PEM file (RFC 7468) when it was read. Parsed with the JDK, because libraries for
 * PEM bring a cryptographic provider of 9 MB.
 */
public record PemFile(Path path, String text) {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]*+)-----END \\1-----");
  private static final List<String> KEY_ALGORITHMS = List.of("RSA", "EC", "EdDSA");

  /** Reads the file. */
  public static PemFile read(Path path) throws PemException {
    try {
      return new PemFile(path, RegularFile.read(path, StandardCharsets.ISO_8859_1));
    } catch (NoSuchFileException e) {
      throw new PemException("The file " + path + " is not there");
    } catch (IOException e) {
      throw new PemException("The file " + path + " cannot be read");
    }
  }

  /**
   * Returns true if users other than its owner can read the file; false if that cannot be
   * determined.
   */
  public boolean isReadByOthers() {
    try {
      return FileTrust.isReadByOthers(path);
    } catch (IOException e) {
      return false;
    }
  }

  /** Returns the certificates in the order of the file; at least one. */
  public List<X509Certificate> certificates() throws PemException {
    List<X509Certificate> certificates = new ArrayList<>();
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      for (byte[] block : blocks("CERTIFICATE")) {
        certificates.add(
            (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(block)));
      }
    } catch (CertificateException e) {
      throw new PemException("The file " + path + " has a certificate that is broken");
    }
    if (certificates.isEmpty()) {
      throw new PemException(
          "The file " + path + " has no certificate in PEM (-----BEGIN CERTIFICATE-----)");
    }
    return certificates;
  }

  /** Returns the private key, which must be unencrypted PKCS #8. */
  PrivateKey privateKey() throws PemException {
    List<byte[]> blocks = blocks("PRIVATE KEY");
    if (blocks.size() == 1) {
      return privateKey(blocks.get(0));
    }
    if (!blocks.isEmpty()) {
      throw new PemException("The file " + path + " has more than one private key");
    }
    if (text.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----")
        || text.contains("Proc-Type: 4,ENCRYPTED")) {
      throw new PemException("The private key in " + path + " is encrypted; decrypt it with"
          + " 'openssl pkcs8 -in FILE -out NEW' and protect the file instead");
    }
    if (text.contains(" PRIVATE KEY-----")) {
      throw new PemException("The private key in " + path + " is not in PKCS #8; convert it with"
          + " 'openssl pkcs8 -topk8 -nocrypt -in FILE -out NEW'");
    }
    throw new PemException(
        "The file " + path + " has no private key in PEM (-----BEGIN PRIVATE KEY-----)");
  }

  private PrivateKey privateKey(byte[] encoded) throws PemException {
    for (String algorithm : KEY_ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
      } catch (InvalidKeySpecException e) {
        // It is a key of another algorithm, or not a key.
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("A Java runtime without " + algorithm, e);
      }
    }
    throw new PemException("The private key in " + path + " is broken, or neither of "
        + String.join(", ", KEY_ALGORITHMS));
  }

  private List<byte[]> blocks(String label) throws PemException {
    List<byte[]> blocks = new ArrayList<>();
    Matcher matcher = BLOCK.matcher(text);
    while (matcher.find()) {
      if (matcher.group(1).equals(label)) {
        try {
          blocks.add(Base64.getMimeDecoder().decode(matcher.group(2)));
        } catch (IllegalArgumentException e) {
          throw new PemException("The file " + path + " is broken");
        }
      }
    }
    return blocks;
  }
}
