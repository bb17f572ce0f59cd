/** The command line of the service. */
@NullMarked
package dev.kvstore.http.command;

import org.jspecify.annotations.NullMarked;
