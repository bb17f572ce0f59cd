package dev.kvstore.http.tls;

import dev.kvstore.internal.support.ServiceThread;
import dev.kvstore.internal.tls.PemException;
import dev.kvstore.internal.tls.PemFile;
import dev.kvstore.internal.tls.PemStores;
import java.time.Duration;
import java.time.Instant;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS 1.2 and 1.3 with a certificate from files. When the files change, new connections get the new
 * certificate; open connections continue. Unusable files are reported in the log and ignored.
 * Thread-safe.
 */
public final class Tls implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Tls.class);

  private final TlsFiles files;
  private final SslContextFactory.Server factory = new SslContextFactory.Server();
  private final ServiceThread watcher;
  private Credentials current;
  private volatile Instant validUntil;
  private @Nullable String complaint;

  private Tls(TlsFiles files, Credentials current, Duration interval) throws PemException {
    this.files = files;
    this.current = current;
    this.validUntil = current.validUntil();
    this.watcher = new ServiceThread("kvstore-tls-files", "looking for new TLS files") {
      @Override
      protected void step() {
        pause(interval);
        // Compare their text, not their times, to detect changes of mounted secrets, which are
        // links, too.
        reloadIfChanged();
      }
    };
  }

  /**
   * Reads the files, and then checks them for changes at this interval.
   *
   * @throws PemException if the files cannot be used
   */
  public static Tls open(TlsFiles files, Duration interval) throws PemException {
    Credentials credentials = Credentials.read(files);
    Tls tls = new Tls(files, credentials, interval);
    try {
      credentials.applyTo(tls.factory);
      tls.factory.setIncludeProtocols("TLSv1.3", "TLSv1.2");
      tls.factory.setRenegotiationAllowed(false);
      tls.factory.setNeedClientAuth(files.clientCa() != null);
      LOG.info("The TLS certificate is valid until {}", credentials.validUntil());
      warnIfReadByOthers(credentials);
    } catch (PemException e) {
      tls.close();
      throw e;
    }
    tls.watcher.start();
    return tls;
  }

  /** Throws {@link PemException} if the files cannot be used. */
  public static void check(TlsFiles files) throws PemException {
    Credentials.read(files).applyTo(new SslContextFactory.Server());
  }

  public Instant validUntil() {
    return validUntil;
  }

  /** Returns the factory for a connector, which starts and stops it. */
  public SslContextFactory.Server factory() {
    return factory;
  }

  /** Reads the files, and uses them if they have changed and are valid. */
  synchronized void reloadIfChanged() {
    try {
      Credentials read = Credentials.read(files);
      if (!read.equals(current)) {
        reload(read);
      }
      complaint = null;
    } catch (PemException e) {
      complain(e.getMessage());
    } catch (Exception e) {
      complain("The new TLS certificate cannot be used: " + e.getMessage());
    }
  }

  private static void warnIfReadByOthers(Credentials credentials) {
    if (credentials.key().isReadByOthers()) {
      LOG.warn(
          "The TLS key {} can be read by others than its owner: chmod 600 it",
          credentials.key().path());
    }
  }

  private void reload(Credentials read) throws Exception {
    // Try them on another factory first, so that invalid files do not leave ours half configured.
    read.applyTo(new SslContextFactory.Server());
    factory.reload(reloaded -> {
      try {
        read.applyTo(reloaded);
      } catch (PemException e) {
        throw new IllegalStateException(e);
      }
    });
    current = read;
    validUntil = read.validUntil();
    LOG.info("The TLS certificate was replaced by one valid until {}", read.validUntil());
    warnIfReadByOthers(read);
  }

  /** Logs a problem once, not at every check. */
  private void complain(@Nullable String message) {
    if (message != null && !message.equals(complaint)) {
      LOG.warn("{}. The TLS certificate stays the one of before", message);
    }
    complaint = message;
  }

  @Override
  public void close() {
    watcher.close();
  }

  /** The content of the files when they were read. Equal if the files had the same text. */
  private record Credentials(
      PemFile certificate, PemFile key, @Nullable PemFile clientCa) {
    /** @throws PemException if the files cannot be used */
    static Credentials read(TlsFiles files) throws PemException {
      PemFile clientCa = files.clientCa() == null ? null : PemFile.read(files.clientCa());
      return new Credentials(
          PemFile.read(files.certificate()), PemFile.read(files.key()), clientCa);
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
}
