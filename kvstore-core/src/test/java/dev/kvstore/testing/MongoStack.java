package dev.kvstore.testing;

import dev.kvstore.internal.engine.StoreStack;
import dev.kvstore.internal.engine.StoreStack.Layers;
import dev.kvstore.internal.mongo.MongoEntryDatabase;
import dev.kvstore.mongo.MongoSettings;

/** MongoDB behind the near-cache of its settings. */
public final class MongoStack {
  private MongoStack() {}

  public static StoreStack open(String uri, MongoSettings settings) {
    Layers layers = settings
        .nearCache()
        .map(cache -> Layers.NONE.withNearCache(cache, settings.clock()))
        .orElse(Layers.NONE);
    return StoreStack.over("test", MongoEntryDatabase.open(uri, settings), layers);
  }
}
