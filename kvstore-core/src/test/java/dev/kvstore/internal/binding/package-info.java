@NullMarked
package dev.kvstore.internal.binding;

import org.jspecify.annotations.NullMarked;
