/**
 * The narrow waist: raw entries, and the interface of a back end or layer. Everything typed is
 * written once above it, every database once below it.
 */
@NullMarked
package dev.kvstore.spi;

import org.jspecify.annotations.NullMarked;
