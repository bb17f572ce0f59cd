/** A copy of a store in a file, for reads while the service is down. */
@NullMarked
package dev.kvstore.client.internal.lastknowngood;

import org.jspecify.annotations.NullMarked;
