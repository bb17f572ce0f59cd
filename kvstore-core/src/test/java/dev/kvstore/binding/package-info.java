@NullMarked
package dev.kvstore.binding;

import org.jspecify.annotations.NullMarked;
