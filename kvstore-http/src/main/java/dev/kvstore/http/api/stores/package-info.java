/** The stores: which there are, what each is, and how one is dropped. */
@NullMarked
package dev.kvstore.http.api.stores;

import org.jspecify.annotations.NullMarked;
