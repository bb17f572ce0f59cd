/** The lossless mapping between Java types and BSON. Built on Jackson; independent of databases. */
@NullMarked
package dev.kvstore.internal.mapping;

import org.jspecify.annotations.NullMarked;
