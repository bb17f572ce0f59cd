/** The lossless mapping between Java types and BSON. Built on Jackson; knows no database. */
@NullMarked
package dev.kvstore.internal.mapping;

import org.jspecify.annotations.NullMarked;
