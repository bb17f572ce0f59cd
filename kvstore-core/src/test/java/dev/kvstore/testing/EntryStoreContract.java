package dev.kvstore.testing;

/** The whole contract of a store, for all back ends. */
public abstract class EntryStoreContract extends OpenedStore
    implements ReadWriteContract,
        ConditionContract,
        ExpiryContract,
        ListingContract,
        BatchContract,
        DeletionContract,
        CounterContract,
        ItemContract,
        TypeContract,
        RaceContract,
        InputContract,
        WatchContract,
        RealSettingsContract,
        BindContract {}
