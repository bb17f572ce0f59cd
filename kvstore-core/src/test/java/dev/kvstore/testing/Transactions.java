package dev.kvstore.testing;

import dev.kvstore.testing.Documents.Namespace;
import dev.kvstore.testing.ObservedWrites.Touched;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * Transactions of one database each. A transaction works on copies of a collection's documents,
 * made on first access, and writes its changes back when it is committed. Unlike a real one it
 * detects conflicts only then, and nothing waits for it. Guarded by the oplog's monitor.
 */
final class Transactions {
  private static final BsonDocument OK = new BsonDocument("ok", new BsonDouble(1));

  private final Documents documents;
  private final Oplog oplog;
  private final Map<BsonValue, Transaction> bySession = new HashMap<>();

  Transactions(Documents documents, Oplog oplog) {
    this.documents = documents;
    this.oplog = oplog;
  }

  private static final class Transaction {
    final BsonInt64 number;
    final Documents documents = new Documents();
    final Map<Namespace, Map<BsonValue, BsonDocument>> begun = new LinkedHashMap<>();
    final Set<BsonValue> replaced = new HashSet<>();
    boolean committed;

    Transaction(BsonInt64 number) {
      this.number = number;
    }
  }

  static boolean isPartOfOne(BsonDocument command) {
    return command.containsKey("autocommit");
  }

  BsonDocument run(BsonDocument command) {
    BsonDocument session = command.getDocument("lsid");
    BsonInt64 number = command.getInt64("txnNumber");
    if (command.containsKey("startTransaction")) {
      bySession.put(session, new Transaction(number));
    }
    Transaction transaction = bySession.get(session);
    if (transaction == null || !transaction.number.equals(number)) {
      throw new CommandFailure(
          251,
          "NoSuchTransaction",
          "Given transaction number " + number.getValue() + " does not match any in-progress"
              + " transactions.",
          "TransientTransactionError");
    }
    boolean goesOn = false;
    try {
      BsonDocument reply = switch (command.getFirstKey()) {
        case "commitTransaction" -> commit(command, transaction);
        case "abortTransaction" -> OK;
        default -> runIn(transaction, command);
      };
      // Any refusal aborts the transaction.
      goesOn = !command.containsKey("abortTransaction") && !reply.containsKey("writeErrors");
      return reply.clone();
    } finally {
      if (!goesOn) {
        bySession.remove(session);
      }
    }
  }

  private BsonDocument runIn(Transaction transaction, BsonDocument command) {
    Namespace in = ObservedWrites.namespace(command);
    if (!transaction.begun.containsKey(in)) {
      Map<BsonValue, BsonDocument> present = documents.find(in, null);
      present.forEach((id, document) -> transaction.documents.put(in, id, document));
      transaction.begun.put(in, present);
    }
    if (ObservedWrites.isWrite(command)) {
      transaction.replaced.addAll(Touched.by(command).replaced());
    }
    return transaction.documents.run(command);
  }

  private BsonDocument commit(BsonDocument command, Transaction transaction) {
    if (transaction.committed) {
      return OK; // its reply was lost
    }
    List<BsonDocument> events = new ArrayList<>();
    String database = "";
    for (Map.Entry<Namespace, Map<BsonValue, BsonDocument>> begun : transaction.begun.entrySet()) {
      Namespace in = begun.getKey();
      database = in.database();
      Map<BsonValue, BsonDocument> after = transaction.documents.find(in, null);
      events.addAll(ObservedWrites.events(
          in, begun.getValue(), after, new Touched(null, transaction.replaced)));
    }
    events.forEach(event -> requireUntouched(event, transaction));
    for (BsonDocument event : events) {
      Namespace in = namespace(event);
      BsonValue id = id(event);
      documents.put(in, id, transaction.documents.find(in, Set.of(id)).get(id));
      event.append("txnNumber", transaction.number).append("lsid", command.get("lsid"));
    }
    oplog.append(database, events);
    transaction.committed = true;
    return OK;
  }

  private void requireUntouched(BsonDocument event, Transaction transaction) {
    Namespace in = namespace(event);
    BsonValue id = id(event);
    @Nullable
    BsonDocument begun = Objects.requireNonNull(transaction.begun.get(in)).get(id);
    if (!Objects.equals(documents.find(in, Set.of(id)).get(id), begun)) {
      throw new CommandFailure(
          112,
          "WriteConflict",
          "WriteConflict error: this operation conflicted with another operation. Please retry your"
              + " operation or multi-document transaction.",
          "TransientTransactionError");
    }
  }

  private static Namespace namespace(BsonDocument event) {
    BsonDocument ns = event.getDocument("ns");
    BsonString database = ns.getString("db");
    return new Namespace(database.getValue(), ns.getString("coll").getValue());
  }

  private static BsonValue id(BsonDocument event) {
    return Objects.requireNonNull(event.getDocument("documentKey").get("_id"));
  }
}
