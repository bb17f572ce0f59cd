/** Small building blocks that every other room may use. */
@NullMarked
package dev.kvstore.internal.support;

import org.jspecify.annotations.NullMarked;
