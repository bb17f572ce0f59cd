/** A near-cache over any entry store. */
@NullMarked
package dev.kvstore.cache;

import org.jspecify.annotations.NullMarked;
