package dev.kvstore.internal.cache;

import dev.kvstore.KVEntry;
import dev.kvstore.KVMetadata;
import dev.kvstore.spi.Change;
import dev.kvstore.spi.RawValue;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The real slots, with a step of the scheduler before each change of the map. */
final class SteppingSlots extends Slots {
  private final Scheduler scheduler;

  SteppingSlots(long maximumBytes, Scheduler scheduler) {
    super(maximumBytes);
    this.scheduler = scheduler;
  }

  @Override
  boolean claim(String key, @Nullable Slot found, PendingLoad load) {
    scheduler.step();
    return super.claim(key, found, load);
  }

  @Override
  void loaded(
      String key, PendingLoad load, Optional<KVEntry<RawValue>> entry, @Nullable EntrySlot held) {
    scheduler.step();
    super.loaded(key, load, entry, held);
  }

  @Override
  void failed(String key, PendingLoad load) {
    scheduler.step();
    super.failed(key, load);
  }

  @Override
  PendingWrite announce(String key) {
    scheduler.step();
    return super.announce(key);
  }

  @Override
  void acknowledged(String key, PendingWrite store, @Nullable EntrySlot held) {
    scheduler.step();
    super.acknowledged(key, store, held);
  }

  @Override
  void forget(String key) {
    scheduler.step();
    super.forget(key);
  }

  @Override
  void read(String key, Optional<KVMetadata> found) {
    scheduler.step();
    super.read(key, found);
  }

  @Override
  boolean apply(Change change) {
    scheduler.step();
    return super.apply(change);
  }

  @Override
  boolean exchange(String key, Slot from, @Nullable Slot to) {
    from.end();
    scheduler.step();
    return super.exchange(key, from, to);
  }

  @Override
  void clear() {
    scheduler.step();
    super.clear();
  }
}
