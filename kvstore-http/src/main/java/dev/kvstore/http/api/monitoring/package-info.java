/** The resources for monitoring: health and metrics. */
@NullMarked
package dev.kvstore.http.api.monitoring;

import org.jspecify.annotations.NullMarked;
