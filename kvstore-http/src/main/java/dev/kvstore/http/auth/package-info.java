/** Tokens: who may ask for what. Knows nothing of HTTP. */
@NullMarked
package dev.kvstore.http.auth;

import org.jspecify.annotations.NullMarked;
