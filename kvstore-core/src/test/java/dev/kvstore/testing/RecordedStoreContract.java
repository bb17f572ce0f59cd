package dev.kvstore.testing;

/**
 * Everything that is promised of a store with a history. A subclass opens its database as
 * {@link EntryStoreContract} says, with history on.
 */
public abstract class RecordedStoreContract extends EntryStoreContract implements HistoryContract {}
