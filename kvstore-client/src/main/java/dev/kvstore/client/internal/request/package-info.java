/** Requests to a service, with retries, and parsing of responses. */
@NullMarked
package dev.kvstore.client.internal.request;

import org.jspecify.annotations.NullMarked;
