/** Entries in a SQLite file, for one process at a time. */
@NullMarked
package dev.kvstore.sqlite;

import org.jspecify.annotations.NullMarked;
