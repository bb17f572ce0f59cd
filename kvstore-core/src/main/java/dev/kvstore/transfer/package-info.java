/**
 * Snapshots: exports and imports between any two stores.
 *
 * <p>Start with {@link dev.kvstore.transfer.KVSnapshot}.
 */
@NullMarked
package dev.kvstore.transfer;

import org.jspecify.annotations.NullMarked;
