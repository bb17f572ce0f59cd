/** Databases, put together from a back end, the layers over it and the typed facade. */
@NullMarked
package dev.kvstore.internal.engine;

import org.jspecify.annotations.NullMarked;
