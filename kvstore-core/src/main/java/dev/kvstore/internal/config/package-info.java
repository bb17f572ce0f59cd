/** Common code for the settings of the service and of the command line {@code kv}. */
@NullMarked
package dev.kvstore.internal.config;

import org.jspecify.annotations.NullMarked;
