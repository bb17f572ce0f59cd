/** The metrics of MongoDB's driver. */
@NullMarked
package dev.kvstore.http.metrics.mongo;

import org.jspecify.annotations.NullMarked;
