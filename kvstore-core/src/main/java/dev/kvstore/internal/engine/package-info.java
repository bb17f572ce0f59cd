/** Databases, assembled from a back end, layers and the typed facade. */
@NullMarked
package dev.kvstore.internal.engine;

import org.jspecify.annotations.NullMarked;
