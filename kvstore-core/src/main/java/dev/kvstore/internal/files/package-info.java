/** Files, who else can change them, and what becomes of output that cannot be written. */
@NullMarked
package dev.kvstore.internal.files;

import org.jspecify.annotations.NullMarked;
