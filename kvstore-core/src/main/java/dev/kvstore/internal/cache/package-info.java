/** A near-cache over any entry store. */
@NullMarked
package dev.kvstore.internal.cache;

import org.jspecify.annotations.NullMarked;
