package dev.kvstore.http.route;

/**
 * What a request's path addresses.
 *
 * @param store a legal store name; empty for what belongs to no store
 * @param key a legal key; empty for what has none
 * @param name the name of a label; empty for what has none
 */
public record ResourcePath(Route route, String store, String key, String name) {}
