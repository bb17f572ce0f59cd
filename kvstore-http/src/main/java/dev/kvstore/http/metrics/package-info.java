/** What the service measures of itself, for Prometheus. */
@NullMarked
package dev.kvstore.http.metrics;

import org.jspecify.annotations.NullMarked;
