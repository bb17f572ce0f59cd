/** The resources of many entries at once: values and listings. */
@NullMarked
package dev.kvstore.http.api.values;

import org.jspecify.annotations.NullMarked;
