/**
 * Settings as objects: what their types are made of, how they are filled from entries that were
 * read as they stood together, and how they follow what is stored.
 */
@NullMarked
package dev.kvstore.internal.binding;

import org.jspecify.annotations.NullMarked;
