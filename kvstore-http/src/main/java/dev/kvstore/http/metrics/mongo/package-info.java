/** What MongoDB's driver tells of itself, as metrics. */
@NullMarked
package dev.kvstore.http.metrics.mongo;

import org.jspecify.annotations.NullMarked;
