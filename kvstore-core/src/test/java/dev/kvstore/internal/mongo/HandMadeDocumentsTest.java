package dev.kvstore.internal.mongo;

import static dev.kvstore.internal.mongo.RawValues.json;
import static dev.kvstore.internal.mongo.RawValues.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.KVEntry;
import dev.kvstore.KVMetadata;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.WriteOptions;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.RawValue;
import dev.kvstore.testing.RawStore;
import java.time.Instant;
import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests documents that were created or changed in the shell. */
class HandMadeDocumentsTest extends MongoStoreFixture {
  @Test
  void byHand_minimalDocument_isAnEntry() {
    shell().insertOne(Document.parse("{_id: 'a', value: 'x'}"));

    KVEntry<RawValue> entry = read("a");

    assertThat(entry.value()).isEqualTo(text("x"));
    assertThat(entry.version()).isZero();
    assertThat(entry.createdAt()).isEqualTo(Instant.EPOCH);
    assertThat(set("a", text("y"), WriteOptions.ifMatch(entry.etag())).version())
        .isEqualTo(1);
    assertThatThrownBy(() -> set("a", text("z"), WriteOptions.ifMatch(entry.etag())))
        .isInstanceOf(PreconditionFailedException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{_id: 'a', value: 'x', etag: {$oid: '000000000000000000000000'}}",
        "{_id: 'a', value: 'x', etag: [{$oid: '6740f1c2a94d3e0b8c5a7712'}]}",
        "{_id: 'a', value: 'x', etag: 'text'}"
      })
  void byHand_etagThatIsNone_canBeComparedAndSet(String document) {
    shell().insertOne(Document.parse(document));

    KVMetadata written = set("a", text("y"), WriteOptions.ifMatch(read("a").etag()));

    assertThat(read("a").etag()).isEqualTo(written.etag()).doesNotContain("0000000000");
  }

  @Test
  void byHand_oddMembers_neverBreakAScan() {
    shell()
        .insertMany(List.of(
            Document.parse(
                "{_id: 'a', value: 1, version: 'x', etag: 'x', createdAt: 1, expiresAt: 1}"),
            Document.parse("{_id: 'b', version: 3.0, updatedBy: 7, more: {a: [1]}}"),
            Document.parse("{_id: 17, value: 'number'}"),
            Document.parse("{_id: {k: 'x'}, value: 'document'}"),
            Document.parse("{_id: 'c//d', value: 'no key'}"),
            Document.parse("{_id: '', value: 'no key'}"),
            Document.parse("{_id: 'e', value: 'last'}")));

    assertThat(RawStore.of(store).scan(KeyRange.ALL, 10).items())
        .extracting(KVEntry::key)
        .containsExactly("a", "b", "e");
    assertThat(allKeys(KeyRange.ALL, 1)).containsExactly("a", "b", "e");
    assertThat(read("b").version()).isEqualTo(3);
    assertThat(read("b").value()).isEqualTo(json("null"));
    assertThat(RawStore.of(store).readMany(List.of("a", "b"))).hasSize(2);
  }

  @Test
  void byHand_valueEdited_keepsTheEtag() {
    KVMetadata written = set("a", text("x"));
    shell().updateOne(new Document("_id", "a"), Document.parse("{$set: {value: 'edited'}}"));

    assertThat(read("a")).isEqualTo(KVEntry.of(text("edited"), written));
    assertThat(set("a", text("y"), WriteOptions.ifMatch(written.etag())).version())
        .isEqualTo(2);
  }
}
