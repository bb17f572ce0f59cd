/** Error responses. */
@NullMarked
package dev.kvstore.http.error;

import org.jspecify.annotations.NullMarked;
