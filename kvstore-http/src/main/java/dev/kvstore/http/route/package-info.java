/** What a request addresses and asks for, apart from its body. */
@NullMarked
package dev.kvstore.http.route;

import org.jspecify.annotations.NullMarked;
