/** Snapshots of stores: export, import, and the formats of both. */
@NullMarked
package dev.kvstore.internal.transfer;

import org.jspecify.annotations.NullMarked;
