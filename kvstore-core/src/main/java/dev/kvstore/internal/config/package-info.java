/** What the settings of the service and of the command line {@code kv} have in common. */
@NullMarked
package dev.kvstore.internal.config;

import org.jspecify.annotations.NullMarked;
