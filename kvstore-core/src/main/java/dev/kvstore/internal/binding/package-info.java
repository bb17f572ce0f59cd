/** Settings as objects: the shapes of their types, filling them from entries, following changes. */
@NullMarked
package dev.kvstore.internal.binding;

import org.jspecify.annotations.NullMarked;
