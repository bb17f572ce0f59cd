/**
 * The room between Java, JSON and BSON: Java values become BSON through a streaming bridge for
 * Jackson, and JSON text becomes BSON and back without a number being rounded. Knows org.bson, but
 * no database and no driver.
 */
@NullMarked
package dev.kvstore.bson;

import org.jspecify.annotations.NullMarked;
