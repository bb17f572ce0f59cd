/** The metrics of the service, for Prometheus. */
@NullMarked
package dev.kvstore.http.metrics;

import org.jspecify.annotations.NullMarked;
