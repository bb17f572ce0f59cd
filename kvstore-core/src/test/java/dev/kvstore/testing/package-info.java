/**
 * The contract of stores as tests. To test a store, extend
 * {@link dev.kvstore.testing.EntryStoreContract}.
 */
@NullMarked
package dev.kvstore.testing;

import org.jspecify.annotations.NullMarked;
