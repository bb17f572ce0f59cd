/** The resources of the history: revisions, changes, rollbacks, labels, settings. */
@NullMarked
package dev.kvstore.http.api.history;

import org.jspecify.annotations.NullMarked;
