/** The change feed of a store, read from the event streams of a service. */
@NullMarked
package dev.kvstore.client.internal.events;

import org.jspecify.annotations.NullMarked;
