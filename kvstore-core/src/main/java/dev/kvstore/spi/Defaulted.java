package dev.kvstore.spi;

import dev.kvstore.KVEntry;

/**
 * The result of a {@code setDefault}.
 *
 * @param entry the entry that is stored now
 * @param stored true if this call stored it, false if it was there before
 */
public record Defaulted(KVEntry<RawValue> entry, boolean stored) {}
