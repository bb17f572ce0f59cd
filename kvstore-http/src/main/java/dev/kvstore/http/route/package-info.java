/** Requests except for their bodies: resources, parameters, freshness. */
@NullMarked
package dev.kvstore.http.route;

import org.jspecify.annotations.NullMarked;
