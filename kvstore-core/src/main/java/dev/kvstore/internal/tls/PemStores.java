package dev.kvstore.internal.tls;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.List;

/** Creates in-memory key stores from PEM files. They have an empty password. */
public final class PemStores {
  private static final char[] NO_PASSWORD = new char[0];

  private PemStores() {}

  /** Returns a store of a private key and its certificate chain, which must belong together. */
  public static KeyStore ofKey(PemFile certificate, PemFile key) throws PemException {
    List<X509Certificate> chain = certificate.certificates();
    PrivateKey privateKey = key.privateKey();
    try {
      if (!belongTogether(privateKey, chain.get(0).getPublicKey())) {
        throw new PemException("The private key in " + key.path()
            + " is not that of the first certificate in " + certificate.path());
      }
      KeyStore store = emptyStore();
      store.setKeyEntry("own", privateKey, NO_PASSWORD, chain.toArray(X509Certificate[]::new));
      return store;
    } catch (GeneralSecurityException e) {
      throw new PemException("The certificate in " + certificate.path() + " cannot be used");
    }
  }

  /** Returns a store that trusts every certificate in the file. */
  public static KeyStore ofAuthorities(PemFile file) throws PemException {
    List<X509Certificate> authorities = file.certificates();
    try {
      KeyStore store = emptyStore();
      for (int i = 0; i < authorities.size(); i++) {
        store.setCertificateEntry("ca" + i, authorities.get(i));
      }
      return store;
    } catch (GeneralSecurityException e) {
      throw new PemException("The certificates in " + file.path() + " cannot be used");
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
