/** How requests and answers are read and written: formats, bodies, conditions. */
@NullMarked
package dev.kvstore.http.wire;

import org.jspecify.annotations.NullMarked;
