/** Input, output, files and exit codes of the process that runs a command. */
@NullMarked
package dev.kvstore.cli.terminal;

import org.jspecify.annotations.NullMarked;
