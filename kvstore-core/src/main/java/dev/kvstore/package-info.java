/** The API. */
@NullMarked
package dev.kvstore;

import org.jspecify.annotations.NullMarked;
