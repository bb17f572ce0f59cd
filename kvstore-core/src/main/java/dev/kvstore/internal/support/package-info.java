/** Small building blocks that every other package may use. */
@NullMarked
package dev.kvstore.internal.support;

import org.jspecify.annotations.NullMarked;
