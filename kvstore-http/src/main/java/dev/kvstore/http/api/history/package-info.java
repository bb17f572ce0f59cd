/** The resources of the past: revisions, changes, rollbacks, labels, what is kept. */
@NullMarked
package dev.kvstore.http.api.history;

import org.jspecify.annotations.NullMarked;
