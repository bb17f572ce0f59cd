/** The sources of a command's settings: its options, the environment and a YAML file. */
@NullMarked
package dev.kvstore.http.config;

import org.jspecify.annotations.NullMarked;
