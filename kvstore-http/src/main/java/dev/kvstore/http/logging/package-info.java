/** The log of the service: text for people, or JSON in the Elastic Common Schema. */
@NullMarked
package dev.kvstore.http.logging;

import org.jspecify.annotations.NullMarked;
