package dev.kvstore.internal.mongo;

import static dev.kvstore.internal.mongo.RawValues.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.event.CommandListener;
import com.mongodb.event.CommandStartedEvent;
import dev.kvstore.ErrorCode;
import dev.kvstore.KVException;
import dev.kvstore.WriteOptions;
import dev.kvstore.mongo.MongoSettings;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.Write;
import dev.kvstore.testing.RawStore;
import dev.kvstore.testing.StoreCounts;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.assertj.core.api.Assumptions;
import org.bson.Document;
import org.junit.jupiter.api.Test;

class MongoEntryDatabaseTest extends MongoStoreFixture {
  @Test
  void stores_listsStoresWithTheirCounts() {
    set("a", text("x"));
    set("b", text("x"));
    RawStore.of(database.store("other")).write(new Write("a", text("x"), WriteOptions.DEFAULT));
    server
        .client()
        .getDatabase(server.database())
        .getCollection("no.store")
        .insertOne(new Document());
    shell().insertOne(new Document("_id", 1));

    assertThat(StoreCounts.of(database)).isEqualTo(Map.of("other", 1L, "settings", 2L));
  }

  @Test
  void close_database_closesItsStores() {
    database.ping();
    database.close();
    database.close();

    assertThat(catchThrowableOfType(KVException.class, () -> RawStore.of(store).read("a"))
            .code())
        .isEqualTo(ErrorCode.CLOSED);
    assertThat(
            catchThrowableOfType(KVException.class, () -> set("a", text("x"))).code())
        .isEqualTo(ErrorCode.CLOSED);
    assertThat(
            catchThrowableOfType(KVException.class, () -> database.storeNames()).code())
        .isEqualTo(ErrorCode.CLOSED);
    assertThat(catchThrowableOfType(KVException.class, () -> database.ping()).code())
        .isEqualTo(ErrorCode.CLOSED);
  }

  @Test
  void close_store_leavesTheDatabaseOpen() {
    store.close();
    store.close();

    assertThat(catchThrowableOfType(
                KVException.class, () -> RawStore.of(store).scanKeys(KeyRange.ALL, 1))
            .code())
        .isEqualTo(ErrorCode.CLOSED);
    assertThat(RawStore.of(database.store("settings")).read("a")).isEmpty();
  }

  @Test
  void close_broughtClient_staysOpen() {
    MongoEntryDatabase ours =
        MongoEntryDatabase.open(server.client(), server.database(), MongoSettings.DEFAULT);
    RawStore.of(ours.store("settings")).write(new Write("a", text("x"), WriteOptions.DEFAULT));
    ours.close();

    assertThat(shell().countDocuments()).isEqualTo(1);
  }

  @Test
  void firstWrite_makesTheIndexForExpiry() {
    Assumptions.assumeThat(server.isStandIn())
        .as("needs listIndexes of a MongoDB")
        .isFalse();
    set("a", text("x"));

    assertThat(shell().listIndexes())
        .anySatisfy(index -> assertThat(index)
            .containsEntry("name", "expiresAt_1")
            .hasEntrySatisfying(
                "expireAfterSeconds", // an int32, int64 or double, depending on the server
                seconds -> assertThat(((Number) seconds).doubleValue()).isZero()));
  }

  @Test
  void firstWriteAfterADrop_makesTheIndexAgain() {
    List<String> commands = new CopyOnWriteArrayList<>();
    MongoClientSettings listened = MongoClientSettings.builder()
        .applyConnectionString(new ConnectionString(server.connectionString()))
        .addCommandListener(new CommandListener() {
          @Override
          public void commandStarted(CommandStartedEvent event) {
            commands.add(event.getCommandName());
          }
        })
        .build();
    Write write = new Write("a", text("x"), WriteOptions.DEFAULT);
    try (MongoClient client = MongoClients.create(listened);
        MongoEntryDatabase ours =
            MongoEntryDatabase.open(client, server.database(), MongoSettings.DEFAULT)) {
      RawStore opened = RawStore.of(ours.store("settings"));
      opened.write(write);
      opened.write(write);
      assertThat(commands).containsOnlyOnce("createIndexes");
      ours.drop("settings");
      commands.clear();
      opened.write(write);
      opened.write(write);
      assertThat(commands).containsOnlyOnce("createIndexes");
    }
  }
}
