@NullMarked
package dev.kvstore.typed;

import org.jspecify.annotations.NullMarked;
