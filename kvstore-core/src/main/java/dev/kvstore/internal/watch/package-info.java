/** Watches of a store: deliver the changes of its feed to watchers that may be slow or fail. */
@NullMarked
package dev.kvstore.internal.watch;

import org.jspecify.annotations.NullMarked;
