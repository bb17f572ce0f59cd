package dev.kvstore.http.route;

/**
 * The resource that a request's path addresses.
 *
 * @param store a valid store name; empty if the resource does not belong to a store
 * @param key a valid key; empty if there is none
 * @param name the name of a label; empty if there is none
 */
public record ResourcePath(Route route, String store, String key, String name) {}
