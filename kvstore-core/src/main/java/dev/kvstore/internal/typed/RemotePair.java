package dev.kvstore.internal.typed;

import dev.kvstore.ChangeReport;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.NearCacheView;
import dev.kvstore.spi.RemoteCopies;
import java.util.Optional;
import java.util.function.BiFunction;

/** Two stores behind one service, which does itself what concerns both. */
record RemotePair(
    EntryStore one, RemoteCopies remoteOne, EntryStore other, RemoteCopies remoteOther) {
  static Optional<RemotePair> of(EntryStore one, EntryStore other) {
    return one.capability(RemoteCopies.class)
        .flatMap(remote -> other
            .capability(RemoteCopies.class)
            .filter(remote::reaches)
            .map(with -> new RemotePair(one, remote, other, with)));
  }

  /** Copies, and forgets what is cached of the stores. */
  ChangeReport copy(BiFunction<RemoteCopies, RemoteCopies, ChangeReport> copy) {
    try {
      return copy.apply(remoteOne, remoteOther);
    } finally {
      one.capability(NearCacheView.class).ifPresent(NearCacheView::invalidateAll);
      other.capability(NearCacheView.class).ifPresent(NearCacheView::invalidateAll);
    }
  }
}
