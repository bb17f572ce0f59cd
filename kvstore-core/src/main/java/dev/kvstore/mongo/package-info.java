/** Settings and factories for MongoDB: one collection per store, one document per key. */
@NullMarked
package dev.kvstore.mongo;

import org.jspecify.annotations.NullMarked;
