package dev.kvstore.testing;

import dev.kvstore.KVStore;

/** What each part of the contract is tested on: a store that is empty when the test begins. */
interface StoreFixture {
  /** Returns the store as applications see it. */
  KVStore store();

  /** Returns what is below it. */
  RawStore entries();

  /** Returns the clock by which entries expire. */
  TestClock clock();
}
