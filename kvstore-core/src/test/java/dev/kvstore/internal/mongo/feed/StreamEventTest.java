package dev.kvstore.internal.mongo.feed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.KVChange.Kind;
import dev.kvstore.spi.Change;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamEventTest {
  private static List<Change> changesOf(String key) {
    List<Change> changes = new ArrayList<>();
    for (BsonDocument event : RecordedStreams.events("database")) {
      if (StreamEvent.of(event) instanceof StreamEvent.Changed changed) {
        changed.changes().stream().filter(change -> change.key().equals(key)).forEach(changes::add);
      }
    }
    return changes;
  }

  @Test
  void recorded_eventsOfAStore_areChangesOfVersions() {
    List<Change> changes = changesOf("ui.theme");
    assertThat(changes.get(0))
        .isEqualTo(new Change(
            Kind.SET, "ui.theme", 1, "6b015f46cca5514096e3694d", (1795252038L << 32) + 3));
    assertThat(changes.subList(0, 3)).extracting(Change::version).containsExactly(1L, 2L, 3L);
    assertThat(changes).extracting(Change::position).isSorted();
  }

  @Test
  void recorded_deletes_haveNoVersion() {
    assertThat(changesOf("big"))
        .last()
        .satisfies(change -> assertThat(change.kind()).isEqualTo(Kind.DELETE))
        .satisfies(change -> assertThat(change.version()).isZero());
  }

  @Test
  void recorded_overwriteOfAnExpiredEntry_endsItsLife() {
    assertThat(changesOf("old")).extracting(Change::kind).endsWith(Kind.EXPIRE, Kind.SET);
    assertThat(changesOf("old")).last().extracting(Change::version).isEqualTo(1L);
  }

  @Test
  void recorded_replacementByHand_hasNoVersionToGoBy() {
    assertThat(changesOf("rep"))
        .last()
        .isEqualTo(
            new Change(Kind.SET, "rep", Change.UNKNOWN_VERSION, null, (1795252038L << 32) + 20));
  }

  @Test
  void recorded_transaction_hasOneTime() {
    assertThat(changesOf("t1").get(0).position())
        .isEqualTo(changesOf("t2").get(0).position());
  }

  @Test
  void recorded_dropAndRename_concernTheirStores() {
    List<StreamEvent> events =
        RecordedStreams.events("database").stream().map(StreamEvent::of).toList();
    assertThat(events)
        .filteredOn(StreamEvent.Replaced.class::isInstance)
        .extracting(event -> ((StreamEvent.Replaced) event).stores())
        .containsExactly(List.of("ddl", "ddl2"), List.of("ddl2"), List.of("inv"));
    assertThat(events).noneMatch(StreamEvent.AllReplaced.class::isInstance);
  }

  @Test
  void recorded_dropOfADatabase_concernsAll() {
    assertThat(RecordedStreams.events("database about to be dropped").stream().map(StreamEvent::of))
        .element(1)
        .isInstanceOf(StreamEvent.AllReplaced.class);
  }

  @Test
  void recorded_tokens_tellTheTimeOfTheirEvents() {
    for (BsonDocument event : RecordedStreams.events("database")) {
      assertThat(ClusterTimes.ofToken(event.getDocument("_id")))
          .isEqualTo(ClusterTimes.of(event, "clusterTime"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{_data: 1}",
        "{_data: ''}",
        "{_data: '82zz'}",
        "{_data: '82zzzzzzzzzzzzzzzz'}",
        "{_data: '836B015F46000000032B'}",
        "{_data: '820000000000000000'}",
        "{_data: '82FFFFFFFF00000000'}"
      })
  void token_ofAnotherForm_tellsNothing(String token) {
    assertThat(ClusterTimes.ofToken(BsonDocument.parse(token))).isEqualTo(OptionalLong.empty());
  }

  @Test
  void update_byHandWithoutAVersion_isOfUnknownVersion() {
    BsonDocument event = ScriptedSource.set("s", "a", 1, 20);
    event.getDocument("updateDescription").put("updatedFields", BsonDocument.parse("{value: 1}"));
    assertThat(StreamEvent.of(event))
        .isEqualTo(new StreamEvent.Changed(
            "s", List.of(new Change(Kind.SET, "a", Change.UNKNOWN_VERSION, null, 20))));
  }

  @Test
  void key_thatIsNoText_isNothing() {
    BsonDocument event = ScriptedSource.set("s", "a", 1, 20);
    event.put("documentKey", new BsonDocument("_id", new BsonInt32(1)));
    assertThat(StreamEvent.of(event)).isInstanceOf(StreamEvent.Nothing.class);
  }

  @Test
  void operation_unknownOnAStore_replacesIt() {
    assertThat(StreamEvent.of(ScriptedSource.event("reshard", "s", 20)))
        .isEqualTo(new StreamEvent.Replaced(List.of("s"), 20));
  }

  /**
   * Returns the event of a write to a store with a history, in the form of MongoDB 5.0 and newer.
   */
  private static StreamEvent updated(String updatedFields, String removedFields) {
    BsonDocument event = ScriptedSource.set("s", "a", 1, 20);
    event.put(
        "updateDescription",
        BsonDocument.parse(
            "{updatedFields: " + updatedFields + ", removedFields: " + removedFields + "}"));
    return StreamEvent.of(event);
  }

  /** Returns the same event in the form of older servers. */
  private static StreamEvent replaced(String document) {
    BsonDocument event = ScriptedSource.event("replace", "s", 20);
    event.put("documentKey", BsonDocument.parse("{_id: 'a'}"));
    event.put("fullDocument", BsonDocument.parse(document));
    return StreamEvent.of(event);
  }

  private static List<String> told(StreamEvent event) {
    return ((StreamEvent.Changed) event)
        .changes().stream()
            .map(change -> change.kind() + " " + change.version())
            .toList();
  }

  @Test
  void history_moves_areNoChanges() {
    assertThat(updated("{recorded: 'd1'}", "['history.pending', 'history.unrecorded']"))
        .isInstanceOf(StreamEvent.Nothing.class);
    assertThat(updated("{moved: '6b015f46cca5514096e3694d'}", "[]"))
        .isInstanceOf(StreamEvent.Nothing.class);
  }

  @Test
  void history_writes_areChangesOfVersions() {
    String etag = "etag: {$oid: '6b015f46cca5514096e3694d'}";
    assertThat(told(updated("{version: {$numberLong: '7'}, " + etag + "}", "['recorded']")))
        .containsExactly("SET 7");
    assertThat(told(replaced("{version: {$numberLong: '7'}, " + etag
            + ", history: {pending: true, operation: 'set'}}")))
        .containsExactly("SET 7");
  }

  @Test
  void history_tombstones_areDeletes() {
    String etag = "etag: {$oid: '6b015f46cca5514096e3694d'}";
    String deleted = "version: {$numberLong: '0'}, deleted: true, " + etag;
    assertThat(told(updated("{" + deleted + "}", "['value']"))).containsExactly("DELETE 0");
    assertThat(told(replaced("{" + deleted + ", history: {pending: true, operation: 'delete'}}")))
        .containsExactly("DELETE 0");
    assertThat(told(replaced("{" + deleted + ", history: {pending: true, operation: 'expire'}}")))
        .containsExactly("EXPIRE 0");
  }

  @Test
  void history_newLives_endTheExpiredOneBefore() {
    String created =
        "etag: {$oid: '6b015f46cca5514096e3694d'}, createdAt: {$date: '2026-01-01T00:00:00Z'}";
    String version = "version: {$numberLong: '1'}, ";
    assertThat(told(updated("{" + created + "}", "['recorded']")))
        .containsExactly("EXPIRE 0", "SET 1");
    assertThat(told(updated("{" + version + created + "}", "['deleted', 'recorded']")))
        .containsExactly("SET 1");
    assertThat(told(replaced("{" + version + created
            + ", history: {pending: true, operation: 'set', expired: {$date: 1}}}")))
        .containsExactly("EXPIRE 0", "SET 1");
    assertThat(told(
            replaced("{" + version + created + ", history: {pending: true, operation: 'set'}}")))
        .containsExactly("SET 1");
  }

  @Test
  void history_replacementByHand_hasNoVersionToGoBy() {
    assertThat(told(replaced("{version: {$numberLong: '7'}, recorded: 'd1',"
            + " history: {operation: 'set', revision: {$numberLong: '5'}}}")))
        .containsExactly("SET " + Change.UNKNOWN_VERSION);
  }
}
