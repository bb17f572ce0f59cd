/** What the handlers of several resources share. */
@NullMarked
package dev.kvstore.http.api;

import org.jspecify.annotations.NullMarked;
