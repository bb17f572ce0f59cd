package dev.kvstore.spi;

/**
 * The approximate size of a store.
 *
 * @param entries the number of entries, including expired ones not yet removed
 * @param bytes the size of the entries in bytes
 */
public record StoreSize(String name, long entries, long bytes) {}
