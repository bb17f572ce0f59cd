/**
 * BSON values and JSON text, converted into each other without rounding a number. Knows
 * {@code org.bson}, but no driver and no Java types.
 */
@NullMarked
package dev.kvstore.internal.bson;

import org.jspecify.annotations.NullMarked;
