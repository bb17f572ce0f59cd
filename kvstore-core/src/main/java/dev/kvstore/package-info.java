/**
 * The API: what an application uses, whatever keeps the data. Depends on the JDK and JSpecify only.
 *
 * <p>It is one flat package, although a large one: options, results and exceptions refer to each
 * other and to {@link dev.kvstore.KVStore}, so that packages of their own would form cycles, and an
 * application finds everything with one import.
 */
@NullMarked
package dev.kvstore;

import org.jspecify.annotations.NullMarked;
