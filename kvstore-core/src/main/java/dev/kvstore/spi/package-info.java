/**
 * The narrow waist of the library: raw entries, and the interfaces of back ends and layers. Typed
 * access is implemented once above it, and each database once below it.
 */
@NullMarked
package dev.kvstore.spi;

import org.jspecify.annotations.NullMarked;
