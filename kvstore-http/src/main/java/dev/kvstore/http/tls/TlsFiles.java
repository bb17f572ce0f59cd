package dev.kvstore.http.tls;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Which files TLS is made of, all in PEM.
 *
 * @param certificate the server's certificate, and after it those that lead to the root
 * @param key its private key, in PKCS #8 and not encrypted
 * @param clientCa who signs the certificates that clients must have; null where they need none
 */
public record TlsFiles(Path certificate, Path key, @Nullable Path clientCa) {}
