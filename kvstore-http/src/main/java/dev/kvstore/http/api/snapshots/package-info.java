/** The resource of snapshots. */
@NullMarked
package dev.kvstore.http.api.snapshots;

import org.jspecify.annotations.NullMarked;
