/**
 * What commands are given: options, variables and the configuration file, and the connection that
 * these describe.
 */
@NullMarked
package dev.kvstore.cli.options;

import org.jspecify.annotations.NullMarked;
