/** The assembly of the service, and its life from start to stop. */
@NullMarked
package dev.kvstore.http.server;

import org.jspecify.annotations.NullMarked;
