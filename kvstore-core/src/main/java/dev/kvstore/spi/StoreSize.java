package dev.kvstore.spi;

/**
 * About how large a store is.
 *
 * @param entries how many entries it has, expired ones that are not removed yet included
 * @param bytes how many bytes its entries have
 */
public record StoreSize(String name, long entries, long bytes) {}
