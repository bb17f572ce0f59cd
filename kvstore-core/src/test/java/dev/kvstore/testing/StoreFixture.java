package dev.kvstore.testing;

import dev.kvstore.KVStore;

/** The fixture of the contracts: a store that is empty when the test begins. */
interface StoreFixture {
  /** Returns the typed store. */
  KVStore store();

  /** Returns the raw entries below it. */
  RawStore entries();

  /** Returns the clock by which entries expire. */
  TestClock clock();
}
