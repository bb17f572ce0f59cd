package dev.kvstore.client;

import dev.kvstore.client.internal.store.HttpEntryDatabase;
import dev.kvstore.spi.EntryDatabase;
import dev.kvstore.testing.EntryDatabaseContract;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

class HttpEntryDatabaseContractTest extends EntryDatabaseContract {
  @TempDir
  private Path folder;

  private @Nullable FileService service;

  @Override
  protected EntryDatabase open() {
    service = FileService.start(folder);
    return HttpEntryDatabase.open(List.of(service.uri()), HttpSettings.DEFAULT.requests());
  }

  @AfterEach
  void stop() {
    if (service != null) {
      service.close();
    }
  }
}
