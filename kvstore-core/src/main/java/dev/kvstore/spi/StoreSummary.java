package dev.kvstore.spi;

/**
 * A store and its size.
 *
 * @param entries how many entries it has, expired ones not counted
 */
public record StoreSummary(String name, long entries) {}
