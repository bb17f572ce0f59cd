/** Settings bound to objects: the shapes of types, filling them from entries, following changes. */
@NullMarked
package dev.kvstore.internal.binding;

import org.jspecify.annotations.NullMarked;
