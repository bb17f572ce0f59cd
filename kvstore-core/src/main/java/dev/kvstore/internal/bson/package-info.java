/**
 * Lossless conversion between BSON and JSON text. Depends on {@code org.bson}, but on no driver.
 */
@NullMarked
package dev.kvstore.internal.bson;

import org.jspecify.annotations.NullMarked;
