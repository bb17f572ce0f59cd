/** TLS with PEM files, which may be replaced while the service runs. */
@NullMarked
package dev.kvstore.http.tls;

import org.jspecify.annotations.NullMarked;
