package dev.kvstore.http.tls;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The PEM files for TLS.
 *
 * @param certificate the server's certificate, followed by the chain to the root
 * @param key its private key, as unencrypted PKCS #8
 * @param clientCa the authorities that sign the certificates of clients; null if clients need none
 */
public record TlsFiles(Path certificate, Path key, @Nullable Path clientCa) {}
