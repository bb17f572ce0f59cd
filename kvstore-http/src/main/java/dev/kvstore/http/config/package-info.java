/** Where the settings of a command come from: its options, the environment and a YAML file. */
@NullMarked
package dev.kvstore.http.config;

import org.jspecify.annotations.NullMarked;
