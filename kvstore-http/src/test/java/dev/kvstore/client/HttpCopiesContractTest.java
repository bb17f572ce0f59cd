package dev.kvstore.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kvstore.CopyOptions;
import dev.kvstore.KVDatabase;
import dev.kvstore.KVQuery;
import dev.kvstore.KVStore;
import dev.kvstore.WriteOptions;
import dev.kvstore.http.TestService;
import dev.kvstore.spi.RawValue;
import dev.kvstore.sqlite.SqliteKVDatabase;
import dev.kvstore.testing.CopiesContract;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stores behind one service, which copies and compares them itself. */
class HttpCopiesContractTest extends CopiesContract {
  private @Nullable TestService service;

  @Override
  protected KVDatabase open(Path folder) {
    service = TestService.start(folder);
    return HttpKVDatabase.open(uri());
  }

  @Test
  void copy_toAnotherDatabase(@TempDir Path folder) {
    try (KVDatabase remote = HttpKVDatabase.open(uri());
        KVDatabase file = SqliteKVDatabase.open(folder.resolve("file.db"))) {
      KVStore from = remote.store("elsewhere");
      KVStore to = file.store("elsewhere");
      from.set("a", 1L, WriteOptions.DEFAULT.ttl(Duration.ofHours(1)));
      assertThat(from.copyAll("", to, CopyOptions.DEFAULT.moving()).deleted()).isEqualTo(1);
      assertThat(from.keys()).isEmpty();
      assertThat(to.get("a", Long.class)).isEqualTo(1);
      assertThat(to.copyAll("", from).created()).isEqualTo(1);
      assertThat(from.entry("a", Long.class).metadata().expiresAt().orElseThrow())
          .isCloseTo(
              to.entry("a", Long.class).metadata().expiresAt().orElseThrow(),
              within(1, ChronoUnit.MINUTES));
      assertThat(from.differences(KVQuery.ALL, to, RawValue.TYPE).same()).isEqualTo(1);
    }
  }

  private URI uri() {
    return URI.create(
        "http://127.0.0.1:" + Objects.requireNonNull(service).server().port());
  }

  @AfterAll
  void stop() {
    if (service != null) {
      service.close();
    }
  }
}
