/**
 * Entries in MongoDB: one collection per store, one document per key. Everything that knows the
 * driver is in here.
 */
@NullMarked
package dev.kvstore.mongo;

import org.jspecify.annotations.NullMarked;
