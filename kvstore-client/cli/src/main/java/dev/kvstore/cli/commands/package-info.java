/** The commands of {@code kv}, with the code specific to each. */
@NullMarked
package dev.kvstore.cli.commands;

import org.jspecify.annotations.NullMarked;
