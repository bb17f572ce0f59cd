/**
 * What every store must do, as tests: a store passes by a class that extends
 * {@link dev.kvstore.testing.EntryStoreContract}.
 */
@NullMarked
package dev.kvstore.testing;

import org.jspecify.annotations.NullMarked;
