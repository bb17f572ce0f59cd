/**
 * The typed facade: everything about Java types, defaults, rules and compare-and-set loops, over
 * any store of raw entries.
 */
@NullMarked
package dev.kvstore.internal.typed;

import org.jspecify.annotations.NullMarked;
