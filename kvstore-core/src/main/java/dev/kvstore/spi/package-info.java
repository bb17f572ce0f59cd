/**
 * The narrow waist: raw entries, and what a place that keeps them must do. Everything typed is
 * written once above it, every database once below it.
 */
@NullMarked
package dev.kvstore.spi;

import org.jspecify.annotations.NullMarked;
