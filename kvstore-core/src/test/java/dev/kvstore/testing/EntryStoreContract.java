package dev.kvstore.testing;

/** Everything that is promised of a store, whatever keeps its entries. */
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
