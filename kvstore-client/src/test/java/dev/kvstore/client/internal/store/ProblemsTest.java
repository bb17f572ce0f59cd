package dev.kvstore.client.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.kvstore.AtomicNotSupportedException;
import dev.kvstore.BatchOptions;
import dev.kvstore.BatchOutcome;
import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVException;
import dev.kvstore.KeyNotFoundException;
import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.TypeMismatchException;
import dev.kvstore.UnavailableException;
import dev.kvstore.WriteCondition;
import dev.kvstore.WriteOptions;
import dev.kvstore.client.testing.Bodies;
import dev.kvstore.client.testing.Reply;
import dev.kvstore.client.testing.ScriptedService;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Write;
import dev.kvstore.testing.RawStore;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the exceptions for errors reported by a service or an intermediary. */
class ProblemsTest {
  private static final RawValue VALUE = Bodies.value(new BsonString("secret"));

  private static void read(RawStore store) {
    store.read("k");
  }

  private static void write(RawStore store) {
    store.write(new Write("k", VALUE, WriteOptions.ifMatch("e1")));
  }

  private static void increment(RawStore store) {
    store.increment("k", 1, WriteOptions.DEFAULT);
  }

  private static void delete(RawStore store) {
    store.delete("k", WriteOptions.DEFAULT);
  }

  private static void batch(RawStore store) {
    store.writeMany(Map.of("k", VALUE), BatchOptions.DEFAULT.atomic());
  }

  private static KVException thrownBy(Consumer<RawStore> operation, Reply reply) {
    try (ScriptedService service = ScriptedService.answering(reply);
        RawStore store = service.store()) {
      KVException thrown = catchThrowableOfType(KVException.class, () -> operation.accept(store));
      assertThat(thrown).isNotNull();
      if (!(thrown instanceof OutcomeUnknownException)) {
        assertThat(service.requests).hasSize(1);
      }
      return thrown;
    }
  }

  @Nested
  class OfTheService {
    @ParameterizedTest
    @CsvSource({
      "400, invalid-key",
      "400, invalid-store",
      "400, invalid-json",
      "400, invalid-value",
      "400, invalid-parameter",
      "413, too-large"
    })
    void invalidInput_keepsCodeAndDetail(int status, String code) {
      KVException thrown = thrownBy(
          ProblemsTest::write, Reply.problem(status, code, ",\"detail\":\"The key is bad\""));
      assertThat(thrown).isExactlyInstanceOf(InvalidInputException.class);
      assertThat(thrown.code().text()).isEqualTo(code);
      assertThat(thrown).hasMessage("The key is bad");
    }

    @ParameterizedTest
    @CsvSource({
      "401, unauthenticated",
      "403, forbidden",
      "409, conflict",
      "422, validation-failed",
      "500, internal",
      "500, unsupported-server",
      "500, locked",
      "500, missing-dependency"
    })
    void codeWithoutAClass_isKept(int status, String code) {
      KVException thrown = thrownBy(
          ProblemsTest::write,
          Reply.problem(status, code, ",\"detail\":\"Because.\",\"requestId\":\"r1\""));
      assertThat(thrown).isExactlyInstanceOf(KVException.class);
      assertThat(thrown.code().text()).isEqualTo(code);
      assertThat(thrown).hasMessageContainingAll("PUT http://127.0.0.1", "Because.", "r1");
    }

    @Test
    void preconditionFailed_presentEntry_hasItsEtag() {
      KVException thrown = thrownBy(
          ProblemsTest::write, Reply.problem(412, "precondition-failed", ",\"etag\":\"e2\""));
      assertThat(thrown)
          .hasMessage(
              new PreconditionFailedException("k", WriteCondition.ifMatch("e1"), "e2").getMessage())
          .isInstanceOfSatisfying(PreconditionFailedException.class, failed -> {
            assertThat(failed.key()).isEqualTo("k");
            assertThat(failed.presentEtag()).contains("e2");
          });
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",\"etag\":null"})
    void preconditionFailed_noEntry_hasNoEtag(String members) {
      KVException thrown =
          thrownBy(ProblemsTest::write, Reply.problem(412, "precondition-failed", members));
      assertThat(thrown)
          .isInstanceOfSatisfying(
              PreconditionFailedException.class,
              failed -> assertThat(failed.presentEtag()).isEmpty());
    }

    @Test
    void typeMismatch_isTheOneOfAStoreAtHand() {
      TypeMismatchException original =
          new TypeMismatchException("k", "int64", "int64", "the sum does not fit", null);
      KVException thrown = thrownBy(
          ProblemsTest::increment,
          Reply.problem(
              409,
              "type-mismatch",
              ",\"key\":\"k\",\"storedType\":\"int64\",\"wantedType\":\"int64\",\"detail\":\""
                  + original.getMessage() + "\""));
      assertThat(thrown)
          .hasMessage(original.getMessage())
          .isInstanceOfSatisfying(TypeMismatchException.class, mismatch -> {
            assertThat(mismatch.key()).isEqualTo("k");
            assertThat(mismatch.storedType()).isEqualTo("int64");
            assertThat(mismatch.wantedType()).isEqualTo("int64");
          });
    }

    @Test
    void typeMismatch_withoutTypes_keepsTheCode() {
      KVException thrown =
          thrownBy(ProblemsTest::increment, Reply.problem(409, "type-mismatch", ""));
      assertThat(thrown.code()).isEqualTo(ErrorCode.TYPE_MISMATCH);
    }

    @Test
    void atomicNotSupported_isThat() {
      KVException thrown = thrownBy(
          ProblemsTest::batch, Reply.problem(501, "atomic-not-supported", ",\"detail\":\"No.\""));
      assertThat(thrown).isInstanceOf(AtomicNotSupportedException.class).hasMessage("No.");
    }

    @Test
    void keyNotFound_ofAWrite_namesTheKey() {
      KVException thrown = thrownBy(ProblemsTest::write, Reply.problem(404, "key-not-found", ""));
      assertThat(thrown)
          .isInstanceOfSatisfying(
              KeyNotFoundException.class, missing -> assertThat(missing.key()).isEqualTo("k"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"no-such-resource", "method-not-allowed", "a-code-of-tomorrow"})
    void otherCode_isAnUnsupportedServerAndNeverAnAbsentKey(String code) {
      KVException thrown =
          thrownBy(ProblemsTest::read, Reply.problem(404, code, ",\"detail\":\"No route\""));
      assertThat(thrown.code()).isEqualTo(ErrorCode.UNSUPPORTED_SERVER);
      assertThat(thrown).hasMessageContainingAll(code, "No route", "check the URL");
    }

    @ParameterizedTest
    @ValueSource(strings = {",\"outcome\":\"not-done\"", ""})
    void unavailable_writeNotDone_saysSo(String outcome) {
      KVException thrown =
          thrownBy(ProblemsTest::write, Reply.problem(503, "unavailable", outcome));
      assertThat(thrown).isExactlyInstanceOf(UnavailableException.class);
    }

    @Test
    void unavailable_writeUnknown_isUnknown() {
      KVException thrown = thrownBy(
          ProblemsTest::increment, Reply.problem(503, "unavailable", ",\"outcome\":\"unknown\""));
      assertThat(thrown).isExactlyInstanceOf(OutcomeUnknownException.class);
    }

    @Test
    void outcomeUnknown_ofAWrite_isUnknown() {
      KVException thrown =
          thrownBy(ProblemsTest::delete, Reply.problem(503, "outcome-unknown", ""));
      assertThat(thrown).isExactlyInstanceOf(OutcomeUnknownException.class);
    }

    @Test
    void closedStoreOfTheService_isUnavailableHere() {
      KVException thrown = thrownBy(ProblemsTest::read, Reply.problem(503, "closed", ""));
      assertThat(thrown).isExactlyInstanceOf(UnavailableException.class);
    }

    @Test
    void tooManyRequests_isUnavailable() {
      KVException thrown =
          thrownBy(ProblemsTest::write, Reply.problem(429, "too-many-requests", ""));
      assertThat(thrown).isExactlyInstanceOf(UnavailableException.class);
    }

    @Test
    void endlessDetail_isCut() {
      String detail = "x".repeat(100_000);
      KVException thrown = thrownBy(
          ProblemsTest::read,
          Reply.problem(400, "invalid-parameter", ",\"detail\":\"" + detail + "\""));
      assertThat(thrown.getMessage()).hasSizeLessThan(3000);
    }
  }

  @Nested
  class OfOthers {
    private static final String PAGE = "<html>secret session</html>";

    @ParameterizedTest
    @CsvSource({
      "301, UNSUPPORTED_SERVER",
      "400, UNSUPPORTED_SERVER",
      "401, UNAUTHENTICATED",
      "403, FORBIDDEN",
      "404, UNSUPPORTED_SERVER",
      "408, UNAVAILABLE",
      "413, TOO_LARGE",
      "414, INVALID_PARAMETER",
      "429, UNAVAILABLE",
      "431, INVALID_PARAMETER",
      "500, OUTCOME_UNKNOWN",
      "501, UNSUPPORTED_SERVER",
      "502, OUTCOME_UNKNOWN",
      "503, OUTCOME_UNKNOWN",
      "504, OUTCOME_UNKNOWN"
    })
    void page_ofAWrite_saysWhatCameButNotItsBody(int status, ErrorCode code) {
      KVException thrown =
          thrownBy(ProblemsTest::write, Reply.text(status, "text/html; charset=utf-8", PAGE));
      assertThat(thrown.code()).isEqualTo(code);
      assertThat(thrown)
          .hasMessageContainingAll("status " + status, "text/html", "PUT http://127.0.0.1")
          .hasMessageNotContaining("secret");
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 502, 503, 504})
    void gatewayError_ofARead_isUnavailable(int status) {
      KVException thrown = thrownBy(ProblemsTest::read, Reply.text(status, "text/html", PAGE));
      assertThat(thrown).isExactlyInstanceOf(UnavailableException.class);
    }

    @Test
    void page404_ofADelete_isNoAbsentKey() {
      KVException thrown = thrownBy(ProblemsTest::delete, Reply.text(404, "text/html", PAGE));
      assertThat(thrown.code()).isEqualTo(ErrorCode.UNSUPPORTED_SERVER);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "[]", "{", "{}", "{\"code\":1}", "\"key-not-found\""})
    void problemThatIsNone_isNoAbsentKey(String body) {
      KVException thrown =
          thrownBy(ProblemsTest::read, Reply.text(404, "application/problem+json", body));
      assertThat(thrown.code()).isEqualTo(ErrorCode.UNSUPPORTED_SERVER);
    }

    @Test
    void problemNestedWithoutEnd_isNoAbsentKey() {
      KVException thrown = thrownBy(
          ProblemsTest::read, Reply.text(404, "application/problem+json", "[".repeat(100_000)));
      assertThat(thrown.code()).isEqualTo(ErrorCode.UNSUPPORTED_SERVER);
    }

    @Test
    void unauthorizedWithoutChallenge_isUnauthenticated() {
      KVException thrown = thrownBy(ProblemsTest::read, Reply.empty(401));
      assertThat(thrown.code()).isEqualTo(ErrorCode.UNAUTHENTICATED);
      assertThat(thrown).hasMessageContaining("no content type");
    }
  }

  @Nested
  class Unreadable {
    private static final byte[] ENTRY =
        Bodies.bytes(Bodies.entry("k", new BsonString("the secret")));

    @Test
    void success_inAnotherType_isAnUnsupportedServer() {
      KVException thrown =
          thrownBy(ProblemsTest::read, Reply.text(200, "text/html", "<p>Log in: secret"));
      assertThat(thrown.code()).isEqualTo(ErrorCode.UNSUPPORTED_SERVER);
      assertThat(thrown)
          .hasMessageContainingAll("status 200", "text/html", "application/bson")
          .hasMessageNotContaining("secret");
    }

    @Test
    void success_ofAWrite_leavesTheOutcomeUnknown() {
      KVException thrown = thrownBy(ProblemsTest::write, Reply.text(200, "text/html", "<p>Log in"));
      assertThat(thrown).isInstanceOf(OutcomeUnknownException.class);
    }

    @Test
    void deleteAnsweredOtherwise_isNotTakenForDone() {
      KVException thrown =
          thrownBy(ProblemsTest::delete, Reply.text(200, "text/html", "<p>Log in"));
      assertThat(thrown).isInstanceOf(OutcomeUnknownException.class);
    }

    @Test
    void garbage_isMalformed() {
      KVException thrown = thrownBy(
          ProblemsTest::read, Reply.text(200, "application/bson", "{\"value\":\"secret\"}"));
      assertThat(thrown.code()).isEqualTo(ErrorCode.UNSUPPORTED_SERVER);
      assertThat(thrown).hasMessageContaining("malformed").hasMessageNotContaining("secret");
    }

    @Test
    void anotherKeysEntry_isMalformed() {
      byte[] other = Bodies.bytes(Bodies.entry("a b", new BsonString("x")));
      KVException thrown =
          thrownBy(ProblemsTest::read, Reply.bytes(200, "application/bson", other));
      assertThat(thrown.code()).isEqualTo(ErrorCode.UNSUPPORTED_SERVER);
      assertThat(thrown).hasMessageContaining("another key than 'k'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"key", "value", "version", "etag", "createdAt", "updatedAt"})
    void memberMissing_isMalformed(String member) {
      BsonDocument entry = Bodies.entry("k", new BsonString("x"));
      entry.remove(member);
      KVException thrown = thrownBy(ProblemsTest::read, Reply.bson(200, entry));
      assertThat(thrown.code()).isEqualTo(ErrorCode.UNSUPPORTED_SERVER);
      assertThat(thrown).hasMessageContaining(member);
    }

    @Test
    void bytesAfterTheEnd_areMalformed() {
      KVException thrown = thrownBy(
          ProblemsTest::read,
          Reply.bytes(200, "application/bson", Arrays.copyOf(ENTRY, ENTRY.length + 1)));
      assertThat(thrown).hasMessageContaining("after its end");
    }

    @Test
    void counterThatIsNoNumber_leavesTheOutcomeUnknown() {
      KVException thrown =
          thrownBy(ProblemsTest::increment, Reply.bytes(200, "application/bson", ENTRY));
      assertThat(thrown).isInstanceOf(OutcomeUnknownException.class);
    }

    @Test
    void batchThatFailed_saysWhatBecameOfEachKey() {
      KVException thrown = thrownBy(
          ProblemsTest::batch,
          Reply.problem(
              503,
              "unavailable",
              ",\"outcome\":\"unknown\",\"written\":[\"a\"],\"notWritten\":[],\"unknown\":[\"b\"]"));
      assertThat(thrown).isInstanceOf(OutcomeUnknownException.class);
      assertThat(thrown.batchOutcome())
          .contains(new BatchOutcome(List.of("a"), List.of(), List.of("b")));
    }

    @Test
    void batchOfTwoParts_theSecondRefused_saysWhatBecameOfEachKey() {
      Map<String, RawValue> values = new LinkedHashMap<>();
      for (int i = 0; i < 1500; i++) {
        values.put("k%04d".formatted(i), VALUE);
      }
      BsonDocument counts =
          new BsonDocument("created", new BsonInt32(1000)).append("replaced", new BsonInt32(0));
      AtomicInteger requests = new AtomicInteger();
      try (ScriptedService service = new ScriptedService(request -> requests.getAndIncrement() == 0
              ? Reply.bson(200, counts)
              : Reply.problem(403, "forbidden", ""));
          RawStore store = service.store()) {
        KVException thrown = catchThrowableOfType(
            KVException.class, () -> store.writeMany(values, BatchOptions.DEFAULT));
        assertThat(thrown.code()).isEqualTo(ErrorCode.FORBIDDEN);
        BatchOutcome outcome = thrown.batchOutcome().orElseThrow();
        assertThat(outcome.written()).hasSize(1000).startsWith("k0000");
        assertThat(outcome.notWritten()).hasSize(500).endsWith("k1499");
        assertThat(outcome.unknown()).isEmpty();
      }
    }

    @Test
    void batchWithoutCounts_leavesTheOutcomeUnknown() {
      KVException thrown = thrownBy(ProblemsTest::batch, Reply.bson(200, new BsonDocument()));
      assertThat(thrown).isInstanceOf(OutcomeUnknownException.class);
    }
  }
}
