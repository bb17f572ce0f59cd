package dev.kvstore.spi;

import dev.kvstore.KVEntry;

/**
 * What came of a {@code setDefault}.
 *
 * @param entry what is stored now
 * @param stored whether this call stored it; otherwise it was there before and is kept
 */
public record Defaulted(KVEntry<RawValue> entry, boolean stored) {}
