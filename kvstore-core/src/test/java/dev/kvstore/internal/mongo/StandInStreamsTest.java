package dev.kvstore.internal.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kvstore.internal.mongo.feed.Recorded;
import dev.kvstore.internal.mongo.feed.RecordedStreams;
import java.time.Duration;
import java.util.List;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.junit.jupiter.api.Test;

/** Tests the stand-in for a replica set: change streams. */
class StandInStreamsTest extends StandInFixture {
  @Test
  void idleStream_isOpenedAndKilledAsRecorded() {
    BsonDocument opened = openStream("{}");
    String recorded = data(token(Recorded.stream("idle", "open").reply()));
    assertThat(data(token(opened)).substring(18)).isEqualTo(recorded.substring(18));
    assertThat(Long.parseUnsignedLong(data(token(opened)).substring(2, 18), 16))
        .isEqualTo(time(opened).getValue() + 1);
    assertThat(standIn.openStreams()).isEqualTo(1);
    BsonDocument killed =
        run("{killCursors: '$cmd.aggregate', cursors: [NumberLong(" + id(opened) + ")]}");
    assertThat(killed.getArray("cursorsKilled")).containsExactly(new BsonInt64(id(opened)));
    assertThat(standIn.openStreams()).isZero();
    BsonDocument gone =
        Recorded.stream("idle", "getMore after the cursor was killed").reply();
    assertThat(more(opened).get("code")).isEqualTo(gone.get("code"));
  }

  @Test
  void idleStream_movesOnWithTheNoops() {
    BsonDocument opened = openStream("{}");
    assertThat(token(more(opened))).isEqualTo(token(opened));
    standIn.noopEvery(Duration.ofMillis(10));
    await().until(() -> data(token(more(opened))).compareTo(data(token(opened))) > 0);
  }

  @Test
  void resume_seesWhatPipelinesLetThrough_asRecorded() {
    BsonDocument opened = openStream("{}");
    for (String write : List.of(
        "{insert: 'settings', documents: [{_id: 'after', value: '1', version: NumberLong(1)}]}",
        "{update: 'settings', updates: [{q: {_id: 'after'}, u: {$set: {value: '2'},"
            + " $inc: {version: NumberLong(1)}}}]}",
        "{delete: 'settings', deletes: [{q: {_id: 'after'}, limit: 1}]}")) {
      assertThat(run(write).getNumber("n").intValue()).isEqualTo(1);
    }
    String options = "{resumeAfter: " + token(opened).toJson() + "}";
    String among = "{$match: {'ns.coll': {$in: ['settings']}, operationType: 'delete'}}";
    BsonDocument matched = openStream(options, among);
    assertThat(events(matched)).singleElement().satisfies(event -> {
      assertThat(event.getDocument("documentKey").getString("_id").getValue()).isEqualTo("after");
      assertThat(token(matched)).isEqualTo(event.getDocument("_id"));
    });
    List<BsonDocument> all = events(openStream(
        options, "{$project: {fullDocument: 0, 'updateDescription.updatedFields.value': 0}}"));
    List<BsonDocument> recorded =
        events(Recorded.stream("resume", "the same with a pipeline that projects values away")
            .reply());
    assertThat(all.subList(0, 2))
        .extracting(BsonDocument::keySet)
        .isEqualTo(recorded.stream().map(BsonDocument::keySet).toList());
    assertThat(all.get(1).getDocument("updateDescription").getDocument("updatedFields"))
        .containsOnlyKeys("version");
    assertThat(events(openStream(options, "{$project: {'updateDescription.updatedFields.x': 1}}")))
        .element(1)
        .satisfies(event -> assertThat(event.get("updateDescription"))
            .isEqualTo(BsonDocument.parse("{updatedFields: {}}")));
  }

  @Test
  void resume_byNoToken_isRefusedAsRecorded() {
    for (String note : List.of("garbage token", "token of the wrong shape")) {
      Recorded recorded = Recorded.stream("resume", note);
      assertThat(lasting(run(recorded.command()))).isEqualTo(lasting(recorded.reply()));
    }
  }

  @Test
  void droppedDatabase_endsTheStreamAsRecorded() {
    run("{insert: 'settings', documents: [{_id: 'a'}]}");
    BsonDocument opened = openStream("{}");
    database.drop();
    BsonDocument last = more(opened);
    List<BsonDocument> recorded = RecordedStreams.events("database about to be dropped");
    assertThat(lasting(events(last)).toString().replace("rec_other", "rec"))
        .isEqualTo(lasting(recorded)
            .subList(recorded.size() - 3, recorded.size())
            .toString()
            .replace("rec_other", "rec"));
    assertThat(id(last)).isZero();
    assertThat(standIn.openStreams()).isZero();
    String end = token(last).toJson();
    BsonDocument refusal =
        Recorded.stream("resume", "resumeAfter an invalidate").reply();
    assertThat(lasting(openStream("{resumeAfter: " + end + "}"))).isEqualTo(lasting(refusal));
    assertThat(events(openStream("{startAfter: " + end + "}"))).isEmpty();
  }

  @Test
  void lostHistory_isToldAsRecorded() {
    BsonDocument opened = openStream("{}");
    standIn.loseHistory();
    List<BsonDocument> recorded = RecordedStreams.lines("history-lost.jsonl");
    assertThat(more(opened).get("code"))
        .isEqualTo(recorded.get(0).getDocument("error").get("code"));
    assertThat(lasting(openStream("{resumeAfter: " + token(opened).toJson() + "}")))
        .isEqualTo(lasting(recorded.get(1).getDocument("error")));
    assertThat(events(openStream("{}"))).isEmpty();
  }
}
