/** The typed facade over stores of raw entries: types, defaults, rules, compare-and-set loops. */
@NullMarked
package dev.kvstore.internal.typed;

import org.jspecify.annotations.NullMarked;
