/** The streams of changes. */
@NullMarked
package dev.kvstore.http.api.events;

import org.jspecify.annotations.NullMarked;
