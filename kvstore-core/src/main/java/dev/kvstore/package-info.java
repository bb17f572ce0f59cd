/**
 * The API for applications, independent of the back end. Depends on the JDK and JSpecify only.
 *
 * <p>One flat package: options, results and exceptions refer to each other and to
 * {@link dev.kvstore.KVStore}, so packages of their own would form cycles.
 */
@NullMarked
package dev.kvstore;

import org.jspecify.annotations.NullMarked;
