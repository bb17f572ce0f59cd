/** The command line {@code kv}: access to the entries of a service for people and scripts. */
@NullMarked
package dev.kvstore.cli;

import org.jspecify.annotations.NullMarked;
