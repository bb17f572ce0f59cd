/** Stores in a MongoDB database, one collection each. */
@NullMarked
package dev.kvstore.mongo;

import org.jspecify.annotations.NullMarked;
