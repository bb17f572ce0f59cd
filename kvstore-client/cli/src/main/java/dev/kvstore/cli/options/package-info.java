/**
 * Options, variables and the configuration file of the commands, and the connection that they
 * define.
 */
@NullMarked
package dev.kvstore.cli.options;

import org.jspecify.annotations.NullMarked;
