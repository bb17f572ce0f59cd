package dev.kvstore.internal.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.mongodb.MongoCommandException;
import dev.kvstore.internal.mongo.feed.Recorded;
import dev.kvstore.testing.MongoTestServer;
import org.bson.BsonDocument;
import org.junit.jupiter.api.Test;

/** Compares the stand-in for a standalone server with a real one. */
class StandInTest {
  @Test
  void changeStream_isRefusedAsRecorded() {
    Recorded recorded = Recorded.stream("watch", "standalone");
    try (MongoTestServer server = MongoTestServer.start()) {
      assumeTrue(!server.hasTransactions(), "the server is no standalone one");
      MongoCommandException refusal = catchThrowableOfType(
          MongoCommandException.class,
          () -> server.client().getDatabase(server.database()).runCommand(recorded.command()));

      BsonDocument real = recorded.reply();
      assertThat(refusal.getErrorCode()).isEqualTo(real.getNumber("code").intValue());
      assertThat(refusal.getErrorCodeName())
          .isEqualTo(real.getString("codeName").getValue());
      assertThat(refusal.getErrorMessage()).isEqualTo(real.getString("errmsg").getValue());
    }
  }
}
