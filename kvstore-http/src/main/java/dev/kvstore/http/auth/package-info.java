/** Authentication and authorization by tokens. */
@NullMarked
package dev.kvstore.http.auth;

import org.jspecify.annotations.NullMarked;
