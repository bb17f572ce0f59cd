/** The resources of one entry: its value, its default, its counter. */
@NullMarked
package dev.kvstore.http.api.entries;

import org.jspecify.annotations.NullMarked;
