/** Files of values, as JSON, YAML and properties spell them, and values as text. */
@NullMarked
package dev.kvstore.cli.document;

import org.jspecify.annotations.NullMarked;
