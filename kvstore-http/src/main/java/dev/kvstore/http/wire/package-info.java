/** Reading requests and writing responses: formats, bodies, conditions. */
@NullMarked
package dev.kvstore.http.wire;

import org.jspecify.annotations.NullMarked;
