/** Watching a store: from what its feed tells to watchers that may be slow, or fail. */
@NullMarked
package dev.kvstore.internal.watch;

import org.jspecify.annotations.NullMarked;
