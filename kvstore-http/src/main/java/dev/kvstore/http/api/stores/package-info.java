/** The resources of stores: listing, describing and dropping them. */
@NullMarked
package dev.kvstore.http.api.stores;

import org.jspecify.annotations.NullMarked;
