package dev.kvstore.testing;

/** The parts of the contract that a history must not affect: caches and watches. */
public abstract class RecordedStoreContract extends OpenedStore
    implements HistoryContract,
        ReadWriteContract,
        ConditionContract,
        DeletionContract,
        RaceContract,
        WatchContract {}
