/** Errors as they are answered. */
@NullMarked
package dev.kvstore.http.error;

import org.jspecify.annotations.NullMarked;
