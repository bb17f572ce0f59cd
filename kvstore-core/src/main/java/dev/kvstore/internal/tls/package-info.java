/** Certificates and private keys in PEM files, for the service and the client. Not an API. */
@NullMarked
package dev.kvstore.internal.tls;

import org.jspecify.annotations.NullMarked;
