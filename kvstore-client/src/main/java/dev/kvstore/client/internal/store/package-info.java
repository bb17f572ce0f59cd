/** The {@link dev.kvstore.spi.EntryStore} over a service. */
@NullMarked
package dev.kvstore.client.internal.store;

import org.jspecify.annotations.NullMarked;
