/** Lossless conversion between BSON and JSON text. Knows {@code org.bson}, but no driver. */
@NullMarked
package dev.kvstore.internal.bson;

import org.jspecify.annotations.NullMarked;
