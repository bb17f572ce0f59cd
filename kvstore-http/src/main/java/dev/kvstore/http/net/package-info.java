/** The level below HTTP: connections, the identity of their clients, and their speed. */
@NullMarked
package dev.kvstore.http.net;

import org.jspecify.annotations.NullMarked;
