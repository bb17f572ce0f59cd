@NullMarked
package dev.kvstore.internal.typed;

import org.jspecify.annotations.NullMarked;
