package dev.kvstore.client.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.BatchOptions;
import dev.kvstore.BatchResult;
import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.SetDefaultResult;
import dev.kvstore.WriteOptions;
import dev.kvstore.client.HttpSettings;
import dev.kvstore.client.TestStores;
import dev.kvstore.client.testing.Bodies;
import dev.kvstore.client.testing.Reply;
import dev.kvstore.client.testing.Request;
import dev.kvstore.client.testing.ScriptedService;
import dev.kvstore.internal.bson.BsonValues;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Write;
import dev.kvstore.testing.RawStore;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the outcome of writes whose responses were lost. */
@Timeout(60)
class LostWriteResolverTest {
  private static final RawValue VALUE = Bodies.value(new BsonInt32(5));
  private static final Write SET = new Write("k", VALUE, WriteOptions.DEFAULT);
  private static final Write COMPARE_AND_SET =
      new Write("k", VALUE, WriteOptions.ifMatch("0123456789abcdef01234567"));
  private static final String OTHER = "ffffffffffffffffffffffff";
  private static final Reply ABSENT = Reply.problem(404, "key-not-found", "");
  private static final Reply CHANGED =
      Reply.problem(412, "precondition-failed", ",\"etag\":\"" + OTHER + "\"");

  /**
   * Returns a service that loses the response to the first write and handles other requests as
   * given.
   */
  private static ScriptedService losing(Function<Request, Reply> then) {
    AtomicInteger writes = new AtomicInteger();
    return new ScriptedService(request ->
        isWrite(request) && writes.getAndIncrement() == 0 ? Reply.CUT : then.apply(request));
  }

  private static RawStore storeAt(ScriptedService... services) {
    return RawStore.of(TestStores.trying(
        3,
        HttpSettings.DEFAULT,
        List.of(services).stream().map(ScriptedService::uri).toArray(URI[]::new)));
  }

  private static boolean isWrite(Request request) {
    return !request.method().equals("GET");
  }

  private static List<Request> writes(ScriptedService service) {
    return service.requests.stream().filter(LostWriteResolverTest::isWrite).toList();
  }

  private static String etagOf(Request request) {
    return Objects.requireNonNull(request.header("KV-Etag"));
  }

  private static String etagOfWrite(ScriptedService service) {
    return etagOf(writes(service).get(0));
  }

  private static Reply entry(int status, String etag) {
    BsonDocument entry = Bodies.entry("k", new BsonInt32(5)).append("etag", new BsonString(etag));
    return Reply.bson(status, entry);
  }

  private static Reply replayed(Reply reply) {
    return reply.with("KV-Replayed", "true");
  }

  @Test
  void set_entryHasItsEtag_isDone() {
    AtomicInteger looks = new AtomicInteger();
    ScriptedService[] self = new ScriptedService[1];
    try (ScriptedService service = losing(request -> {
      looks.incrementAndGet();
      assertThat(request.header("Cache-Control")).isEqualTo("no-cache");
      return entry(200, etagOfWrite(self[0]));
    })) {
      self[0] = service;
      try (RawStore store = storeAt(service)) {
        assertThat(store.write(SET).etag()).isEqualTo(etagOfWrite(service));
      }
      assertThat(writes(service)).hasSize(1);
      assertThat(looks).hasValue(1);
    }
  }

  @Test
  void set_neverArrived_isSentAgainWithItsEtag() {
    try (ScriptedService service =
            losing(request -> isWrite(request) ? entry(201, etagOf(request)) : ABSENT);
        RawStore store = storeAt(service)) {
      String etag = store.write(SET).etag();
      assertThat(writes(service))
          .extracting(LostWriteResolverTest::etagOf)
          .containsExactly(etag, etag);
    }
  }

  @Test
  void set_writtenOverSince_isKnownByTheNodeThatDidIt() {
    try (ScriptedService service = losing(request ->
            isWrite(request) ? replayed(entry(200, etagOf(request))) : entry(200, OTHER));
        RawStore store = storeAt(service)) {
      assertThat(store.write(SET).etag()).isEqualTo(etagOfWrite(service));
    }
  }

  @Test
  void set_nothingToGoBy_isUnknownAndWasNeverSentElsewhere() {
    try (ScriptedService first = new ScriptedService(request -> Reply.CUT);
        ScriptedService second = new ScriptedService(request -> entry(200, OTHER));
        RawStore store = storeAt(first, second)) {
      assertThatThrownBy(() -> store.write(SET)).isExactlyInstanceOf(OutcomeUnknownException.class);
      assertThat(writes(first))
          .extracting(LostWriteResolverTest::etagOf)
          .containsOnly(etagOfWrite(first));
      assertThat(writes(second)).isEmpty();
      assertThat(second.requests).isNotEmpty();
    }
  }

  @Test
  void compareAndSet_firstNodeIsGone_isSentToAnother() {
    try (ScriptedService first = new ScriptedService(request -> Reply.CUT);
        ScriptedService second = new ScriptedService(
            request -> isWrite(request) ? entry(200, etagOf(request)) : entry(200, OTHER));
        RawStore store = storeAt(first, second)) {
      assertThat(store.write(COMPARE_AND_SET).etag()).isEqualTo(etagOfWrite(first));
      assertThat(writes(first)).hasSize(1);
      assertThat(writes(second))
          .singleElement()
          .satisfies(
              again -> assertThat(again.header("If-Match")).contains("0123456789abcdef01234567"));
    }
  }

  @Test
  void compareAndSet_conditionDoesNotHoldAnyMore_isUnknown() {
    try (ScriptedService service =
            losing(request -> isWrite(request) ? CHANGED : entry(200, OTHER));
        RawStore store = storeAt(service)) {
      assertThatThrownBy(() -> store.write(COMPARE_AND_SET))
          .isExactlyInstanceOf(OutcomeUnknownException.class);
    }
  }

  @Test
  void compareAndSet_conditionDidNotHold_saysSo() {
    try (ScriptedService service =
            losing(request -> isWrite(request) ? replayed(CHANGED) : entry(200, OTHER));
        RawStore store = storeAt(service)) {
      assertThatThrownBy(() -> store.write(COMPARE_AND_SET))
          .isInstanceOf(PreconditionFailedException.class);
    }
  }

  @Test
  void setDefault_entryHasItsEtag_wasStored() {
    ScriptedService[] self = new ScriptedService[1];
    try (ScriptedService service = losing(request -> entry(200, etagOfWrite(self[0])))) {
      self[0] = service;
      try (RawStore store = storeAt(service)) {
        SetDefaultResult<RawValue> outcome = store.setDefault(SET);
        assertThat(outcome.stored()).isTrue();
        assertThat(outcome.entry().etag()).isEqualTo(etagOfWrite(service));
      }
    }
  }

  private static Reply refusedAsDone(Request request) {
    return Reply.problem(
        400,
        "invalid-parameter",
        ",\"detail\":\"The entry has the etag " + etagOf(request) + " already\"");
  }

  /**
   * Returns a service at which reading the entry fails at first, so that the repeated write
   * decides.
   */
  private static ScriptedService refusingRepetitions() {
    AtomicInteger looks = new AtomicInteger();
    ScriptedService[] self = new ScriptedService[1];
    self[0] = losing(request -> {
      if (isWrite(request)) {
        return refusedAsDone(request);
      }
      return looks.getAndIncrement() == 0
          ? Reply.text(500, "text/html", "<p>")
          : entry(200, etagOfWrite(self[0]));
    });
    return self[0];
  }

  @Test
  void anyWrite_repetitionIsRefusedAsDone_wasDone() {
    try (ScriptedService service = refusingRepetitions();
        RawStore store = storeAt(service)) {
      assertThat(store.write(SET).etag()).isEqualTo(etagOfWrite(service));
      assertThat(writes(service)).hasSize(2);
    }
    try (ScriptedService service = refusingRepetitions();
        RawStore store = storeAt(service)) {
      assertThat(store.increment("k", 1, WriteOptions.DEFAULT).etag())
          .isEqualTo(etagOfWrite(service));
      assertThat(writes(service)).hasSize(2);
    }
  }

  /** A proxy has sent the write to one node, lost the response and sent it to another node. */
  @Test
  void anyWrite_sentTwiceByAProxy_wasDone() {
    ScriptedService[] self = new ScriptedService[1];
    try (ScriptedService service = new ScriptedService(request -> {
      if (!isWrite(request)) {
        return entry(200, etagOf(writes(self[0]).get(writes(self[0]).size() - 1)));
      }
      return request.header("If-Match") == null
          ? refusedAsDone(request)
          : Reply.problem(412, "precondition-failed", ",\"etag\":\"" + etagOf(request) + "\"");
    })) {
      self[0] = service;
      try (RawStore store = storeAt(service)) {
        store.write(SET);
        store.write(COMPARE_AND_SET);
        assertThat(store.setDefault(SET).stored()).isTrue();
        store.increment("k", 1, WriteOptions.DEFAULT);
        assertThat(writes(service)).hasSize(4);
      }
    }
  }

  @Test
  void setDefault_keptUnderItsOwnEtag_wasStored() {
    try (ScriptedService service = new ScriptedService(request -> entry(200, etagOf(request)));
        RawStore store = storeAt(service)) {
      assertThat(store.setDefault(SET).stored()).isTrue();
    }
  }

  @Test
  void chosenEtag_thatTheEntryHas_isRefused() {
    try (ScriptedService service = new ScriptedService(
            request -> isWrite(request) ? refusedAsDone(request) : entry(200, OTHER));
        RawStore store = storeAt(service)) {
      WriteOptions options = WriteOptions.DEFAULT.etag(OTHER);
      assertThatThrownBy(() -> store.write(new Write("k", VALUE, options)))
          .isInstanceOf(InvalidInputException.class);
      assertThat(service.requests).hasSize(1);
    }
  }

  @Test
  void chosenEtag_ofAnotherWrite_isRefused() {
    Reply reused = Reply.problem(422, "repeated-write", ",\"detail\":\"Choose another\"");
    try (ScriptedService service = ScriptedService.answering(reused);
        RawStore store = storeAt(service)) {
      WriteOptions options = WriteOptions.DEFAULT.etag(OTHER);
      assertThatThrownBy(() -> store.increment("k", 1, options))
          .isInstanceOfSatisfying(
              InvalidInputException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_PARAMETER))
          .hasMessage("Choose another");
      assertThat(service.requests).hasSize(1);
    }
  }

  @Test
  void lostWrite_whoseEtagTheNodeKnowsOfAnother_isUnknown() {
    try (ScriptedService service = losing(request ->
            isWrite(request) ? Reply.problem(422, "repeated-write", "") : entry(200, OTHER));
        RawStore store = storeAt(service)) {
      assertThatThrownBy(() -> store.write(SET)).isInstanceOf(OutcomeUnknownException.class);
    }
  }

  @Test
  void increment_neverSentAgainAsItWas_isUnknown() {
    try (ScriptedService service =
            losing(request -> isWrite(request) ? CHANGED : entry(200, OTHER));
        RawStore store = storeAt(service)) {
      assertThatThrownBy(() -> store.increment("k", 1, WriteOptions.DEFAULT))
          .isExactlyInstanceOf(OutcomeUnknownException.class);
      assertThat(writes(service)).hasSizeGreaterThan(1);
      assertThat(writes(service).subList(1, writes(service).size()))
          .allSatisfy(again ->
              assertThat(again.header("If-Match")).isNotNull().doesNotContain("0".repeat(24)));
    }
  }

  @Test
  void increment_ofAnAbsentKeyOnly_isAskedForUnderTheOtherConditionAlone() {
    try (ScriptedService service = losing(request ->
            isWrite(request) ? replayed(entry(200, etagOf(request))) : entry(200, OTHER));
        RawStore store = storeAt(service)) {
      store.increment("k", 1, WriteOptions.ifAbsent());
      Request again = writes(service).get(1);
      assertThat(again.header("If-None-Match")).isNull();
      assertThat(again.header("If-Match")).isNotNull();
    }
  }

  @Test
  void increment_nodeThatKnowsNoConditions_isNotBelieved() {
    try (ScriptedService service =
            losing(request -> isWrite(request) ? entry(200, etagOf(request)) : entry(200, OTHER));
        RawStore store = storeAt(service)) {
      assertThatThrownBy(() -> store.increment("k", 1, WriteOptions.DEFAULT))
          .isExactlyInstanceOf(OutcomeUnknownException.class);
    }
  }

  @Test
  void increment_addedToSince_isKnownByTheNodeThatDidIt() {
    try (ScriptedService service = losing(request ->
            isWrite(request) ? replayed(entry(200, etagOf(request))) : entry(200, OTHER));
        RawStore store = storeAt(service)) {
      RawValue sum = store.increment("k", 1, WriteOptions.DEFAULT).value();
      assertThat(BsonValues.wholeNumber(Objects.requireNonNull(sum))).hasValue(5);
    }
  }

  @Test
  void delete_sentAgain_wasDoneOrIsDoneNow() {
    try (ScriptedService service = losing(request -> Reply.empty(204));
        RawStore store = storeAt(service)) {
      assertThat(store.delete("k", WriteOptions.DEFAULT)).isTrue();
    }
  }

  @Test
  void delete_nothingThereThen_isUnknownUnlessTheNodeRemembers() {
    try (ScriptedService service = losing(request -> ABSENT);
        RawStore store = storeAt(service)) {
      assertThatThrownBy(() -> store.delete("k", WriteOptions.DEFAULT))
          .isExactlyInstanceOf(OutcomeUnknownException.class);
    }
    try (ScriptedService service = losing(request -> replayed(ABSENT));
        RawStore store = storeAt(service)) {
      assertThat(store.delete("k", WriteOptions.DEFAULT)).isFalse();
    }
  }

  @Test
  void batch_sentAgain_isOneWrite() {
    BsonDocument counts =
        new BsonDocument("created", new BsonInt32(1)).append("replaced", new BsonInt32(0));
    try (ScriptedService service = losing(request -> Reply.bson(200, counts));
        RawStore store = storeAt(service)) {
      assertThat(store.writeMany(Map.of("k", VALUE), BatchOptions.DEFAULT.atomic()))
          .isEqualTo(new BatchResult(1, 0));
      assertThat(writes(service))
          .extracting(LostWriteResolverTest::etagOf)
          .containsOnly(etagOfWrite(service));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 400, 401, 403, 404, 413, 500, 503})
  void anyWrite_answersThatSayNothing_isUnknown(int status) {
    Reply page = Reply.text(status, "text/html", "<p>");
    try (ScriptedService service = losing(request -> page);
        RawStore store = storeAt(service)) {
      assertThatThrownBy(() -> store.write(SET)).isExactlyInstanceOf(OutcomeUnknownException.class);
    }
  }

  @Test
  void write_ownEtag_isTheOneThatIsSent() {
    try (ScriptedService service = new ScriptedService(request -> entry(200, etagOf(request)));
        RawStore store = storeAt(service)) {
      WriteOptions options = WriteOptions.DEFAULT.etag(OTHER);
      assertThat(store.write(new Write("k", VALUE, options)).etag()).isEqualTo(OTHER);
      assertThat(store.increment("k", 1, options).etag()).isEqualTo(OTHER);
      assertThat(service.requests).extracting(LostWriteResolverTest::etagOf).containsOnly(OTHER);
    }
  }
}
