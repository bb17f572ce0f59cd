/** What the service does and holds at a time, and how much of that each client may have. */
@NullMarked
package dev.kvstore.http.limits;

import org.jspecify.annotations.NullMarked;
