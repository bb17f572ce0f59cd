/** Files, who else can change them, and what becomes of output that cannot be written. */
@NullMarked
package dev.kvstore.files;

import org.jspecify.annotations.NullMarked;
