/** Requests to a service, with their retries, and the answers to them. */
@NullMarked
package dev.kvstore.client.internal.request;

import org.jspecify.annotations.NullMarked;
