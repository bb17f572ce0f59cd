/** What goes on below HTTP: connections, who is at their other end, and how fast they are. */
@NullMarked
package dev.kvstore.http.net;

import org.jspecify.annotations.NullMarked;
