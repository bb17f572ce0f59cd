/** The pages for people, and the description of the API. */
@NullMarked
package dev.kvstore.http.api.pages;

import org.jspecify.annotations.NullMarked;
