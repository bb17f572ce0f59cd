/** The concurrency and memory limits of the service, in total and per client. */
@NullMarked
package dev.kvstore.http.limits;

import org.jspecify.annotations.NullMarked;
