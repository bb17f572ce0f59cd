/**
 * Snapshots: exports and imports of stores, between any two of them.
 *
 * <p>Start with {@link dev.kvstore.transfer.KVSnapshot}.
 */
@NullMarked
package dev.kvstore.transfer;

import org.jspecify.annotations.NullMarked;
