/** The assembly and life cycle of the service. */
@NullMarked
package dev.kvstore.http.server;

import org.jspecify.annotations.NullMarked;
