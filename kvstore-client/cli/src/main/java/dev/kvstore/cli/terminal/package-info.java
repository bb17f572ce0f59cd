/** Input, output and files of the process that runs a command, and how it ends. */
@NullMarked
package dev.kvstore.cli.terminal;

import org.jspecify.annotations.NullMarked;
