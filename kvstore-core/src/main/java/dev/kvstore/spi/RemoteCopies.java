package dev.kvstore.spi;

import dev.kvstore.ChangeReport;
import dev.kvstore.CopyOptions;
import dev.kvstore.KVQuery;
import dev.kvstore.KVStore;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * A store behind a service, which copies entries to its other stores and compares them itself: a
 * capability of {@link EntryStore}. What is cached of the stores afterwards may be outdated.
 */
public interface RemoteCopies {
  /** Returns true if the other is a store of the same open service, and so can be passed here. */
  boolean reaches(RemoteCopies other);

  /** See {@link KVStore#copyAll}. */
  ChangeReport copyAll(String prefix, RemoteCopies to, CopyOptions options);

  /** See {@link KVStore#copyMany}. */
  ChangeReport copyMany(Collection<String> keys, RemoteCopies to, CopyOptions options);

  /** See {@link KVStore#differences}. */
  Differing differences(KVQuery query, RemoteCopies with, String withPrefix);

  /**
   * One page of differences.
   *
   * @param keys those that differ, as they are in the first store or would be
   * @param same the number of those that do not
   * @param next the key after which the next page begins; empty on the last page
   */
  record Differing(List<String> keys, long same, Optional<String> next) {
    public Differing {
      keys = List.copyOf(keys);
    }
  }
}
