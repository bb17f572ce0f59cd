package dev.kvstore.client;

import dev.kvstore.KVDatabase;
import dev.kvstore.testing.KVDatabaseContract;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** The contract for a database that is opened by the URL of its service. */
class HttpKVDatabaseContractTest extends KVDatabaseContract {
  @TempDir
  private Path folder;

  private @Nullable FileService service;

  @Override
  protected KVDatabase open() {
    service = FileService.start(folder);
    return KVDatabase.open(service.uri().toString());
  }

  @AfterEach
  void stop() {
    if (service != null) {
      service.close();
    }
  }
}
