/** The API for applications, independent of the back end. Depends on the JDK and JSpecify only. */
@NullMarked
package dev.kvstore;

import org.jspecify.annotations.NullMarked;
