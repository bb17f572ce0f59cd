@NullMarked
package dev.kvstore.sqlite;

import org.jspecify.annotations.NullMarked;
