package dev.kvstore.testing;

/** What a history must not change in a store that caches entries and watches them. */
public abstract class RecordedStoreContract extends OpenedStore
    implements HistoryContract,
        ReadWriteContract,
        ConditionContract,
        DeletionContract,
        RaceContract,
        WatchContract {}
