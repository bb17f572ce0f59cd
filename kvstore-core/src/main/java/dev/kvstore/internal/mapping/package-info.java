/**
 * The mapping between Java types and BSON: what is stored of each type, what is refused, and how a
 * stored value is read back without loss. Built on Jackson; knows no database.
 */
@NullMarked
package dev.kvstore.internal.mapping;

import org.jspecify.annotations.NullMarked;
