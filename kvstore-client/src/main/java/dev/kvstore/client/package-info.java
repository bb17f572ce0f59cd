/** The stores of a kvstore service, over HTTP. */
@NullMarked
package dev.kvstore.client;

import org.jspecify.annotations.NullMarked;
