/** Files that the service reads: that they are files, and who else can change them. */
@NullMarked
package dev.kvstore.files;

import org.jspecify.annotations.NullMarked;
