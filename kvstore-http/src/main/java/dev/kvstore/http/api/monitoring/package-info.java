/** What those ask who watch the service: health and metrics. */
@NullMarked
package dev.kvstore.http.api.monitoring;

import org.jspecify.annotations.NullMarked;
