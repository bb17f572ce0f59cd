/** Durable files, checks of who else can change them, and failures of the standard output. */
@NullMarked
package dev.kvstore.internal.files;

import org.jspecify.annotations.NullMarked;
