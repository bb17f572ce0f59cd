@NullMarked
package dev.kvstore.mongo;

import org.jspecify.annotations.NullMarked;
