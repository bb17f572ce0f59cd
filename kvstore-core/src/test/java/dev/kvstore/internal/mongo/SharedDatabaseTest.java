package dev.kvstore.internal.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.event.CommandListener;
import com.mongodb.event.CommandStartedEvent;
import dev.kvstore.KVDatabase;
import dev.kvstore.KVStore;
import dev.kvstore.KVWatcher;
import dev.kvstore.mongo.MongoKVDatabase;
import dev.kvstore.mongo.MongoSettings;
import dev.kvstore.testing.StandInReplicaSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests, by the sent commands, that the stores of one database share resources. */
class SharedDatabaseTest {
  private final List<BsonDocument> sent = new CopyOnWriteArrayList<>();
  private StandInReplicaSet set;
  private KVDatabase database;

  @BeforeEach
  void open() {
    set = StandInReplicaSet.start();
    CommandListener listener = new CommandListener() {
      @Override
      public void commandStarted(CommandStartedEvent event) {
        sent.add(event.getCommand().clone());
      }
    };
    database = MongoKVDatabase.open(
        set.connectionString(),
        MongoSettings.DEFAULT.withClientCustomizer(client -> client.addCommandListener(listener)));
  }

  @AfterEach
  void close() {
    database.close();
    set.close();
  }

  /** Returns the collections of each opened change stream. */
  private List<String> streams() {
    return sent.stream()
        .filter(command -> command.containsKey("aggregate"))
        .map(command -> command.getArray("pipeline").toString())
        .filter(pipeline -> pipeline.contains("$changeStream"))
        .toList();
  }

  private long finds(String store) {
    return sent.stream()
        .filter(command -> new BsonString(store).equals(command.get("find")))
        .count();
  }

  private boolean isCoherent() {
    return database.health().cache().orElseThrow().coherent();
  }

  @Test
  void stores_haveOneStream() {
    List<String> heard = new CopyOnWriteArrayList<>();
    for (String name : List.of("one", "other")) {
      database
          .store(name)
          .watchAll("", KVWatcher.of(change -> heard.add(name + "." + change.key()), at -> {}));
    }
    await().until(this::isCoherent);
    database.store("one").set("a", 1);
    database.store("other").set("b", 1);
    await().untilAsserted(() -> assertThat(heard).containsExactlyInAnyOrder("one.a", "other.b"));

    // Another store replaces the stream by a new one, which resumes where the old one ended.
    assertThat(streams()).last().asString().contains("\"one\"", "\"other\"");
    assertThat(streams().stream().skip(1)).allMatch(stream -> stream.contains("After"));
    assertThat(set.openStreams()).isEqualTo(1);
  }

  @Test
  void stores_haveOneCache() {
    database.store("one").set("a", 1);
    database.store("other").set("a", 2);
    KVStore one = database.store("one");
    await().until(this::isCoherent);
    one.get("a", Integer.class);
    database.store("other").get("a", Integer.class);
    sent.clear();

    assertThat(database.store("one").get("a", Integer.class)).isEqualTo(1);
    assertThat(database.store("other").get("a", Integer.class)).isEqualTo(2);
    assertThat(finds("one") + finds("other")).as("asked again").isZero();
    assertThat(one.cache().orElseThrow().health().entries()).isEqualTo(1);
    assertThat(database.health().cache().orElseThrow().entries()).isEqualTo(2);
  }
}
