package dev.kvstore.testing;

import dev.kvstore.internal.engine.StoreStack;
import dev.kvstore.internal.engine.StoreStack.Layers;
import dev.kvstore.internal.mongo.MongoEntryDatabase;
import dev.kvstore.mongo.MongoSettings;

/** Opens MongoDB with the near-cache of its settings. */
public final class MongoStack {
  private MongoStack() {}

  /** Opens a stack like the service: a store is cached once it is known to have an entry. */
  public static StoreStack open(String uri, MongoSettings settings) {
    return over(uri, settings, false);
  }

  /** Opens a stack like an application: a store is cached when it is first requested. */
  public static StoreStack openCachedFromTheStart(String uri, MongoSettings settings) {
    return over(uri, settings, true);
  }

  private static StoreStack over(String uri, MongoSettings settings, boolean fromTheStart) {
    MongoEntryDatabase database = MongoEntryDatabase.open(uri, settings);
    return StoreStack.over(
        database.name(), database, Layers.of(settings.nearCache(), fromTheStart, settings.clock()));
  }
}
