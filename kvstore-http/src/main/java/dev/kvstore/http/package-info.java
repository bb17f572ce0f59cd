/** The settings service. */
@NullMarked
package dev.kvstore.http;

import org.jspecify.annotations.NullMarked;
