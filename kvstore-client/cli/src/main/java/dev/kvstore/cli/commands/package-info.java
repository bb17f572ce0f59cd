/** The commands of {@code kv}, each with what it alone needs. */
@NullMarked
package dev.kvstore.cli.commands;

import org.jspecify.annotations.NullMarked;
