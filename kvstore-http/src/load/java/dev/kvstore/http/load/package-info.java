/** Measures the running service from another process. */
@NullMarked
package dev.kvstore.http.load;

import org.jspecify.annotations.NullMarked;
