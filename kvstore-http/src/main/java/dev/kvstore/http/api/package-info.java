/** Common code of the handlers. */
@NullMarked
package dev.kvstore.http.api;

import org.jspecify.annotations.NullMarked;
