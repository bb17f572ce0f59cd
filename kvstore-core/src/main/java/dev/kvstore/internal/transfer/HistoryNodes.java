package dev.kvstore.internal.transfer;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVEntry;
import dev.kvstore.KVLabel;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVOperation;
import dev.kvstore.KVRevision;
import dev.kvstore.Names;
import dev.kvstore.RevisionSource;
import dev.kvstore.WriteOptions;
import dev.kvstore.internal.support.KeyOrder;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Restoration;
import java.io.IOException;
import java.io.Writer;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonNull;
import org.bson.BsonNumber;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * The exact format of a store with its history: a line that says how far it reaches,
 * {@code {"history": {"reachesBackTo": …}}}, one for each label, {@code {"label": …, "at": …}}, and
 * one for each revision, the oldest first: as of an entry with its metadata, and with
 * {@code operation}, {@code at}, {@code by}, {@code comment} and {@code from}. A store without a
 * history has lines of entries alone.
 */
public final class HistoryNodes {
  private static final String HISTORY = "history";
  private static final String REACHES = "reachesBackTo";
  private static final String LABEL = "label";
  private static final String OPERATION = "operation";
  private static final String AT = "at";
  private static final String BY = "by";
  private static final String COMMENT = "comment";
  private static final String FROM = "from";
  private static final String UPDATED = "updatedAt";

  /** Later ones have no place in every database. */
  private static final Instant LATEST = Instant.parse("2200-01-01T00:00:00Z");

  private static final String NO_ETAG = "0".repeat(24);

  private HistoryNodes() {}

  /** The content of a line. */
  sealed interface Line {}

  record Begin(Instant reachesBackTo) implements Line {}

  record Labelled(KVLabel label) implements Line {}

  /** @param recorded false if the line is that of an entry */
  record Revision(KVRevision<RawValue> revision, boolean recorded, Place place) implements Line {}

  static void write(Instant reachesBackTo, Iterable<KVLabel> labels, Writer to) throws IOException {
    ExactNodes.write(new BsonDocument(HISTORY, new BsonDocument(REACHES, text(reachesBackTo))), to);
    for (KVLabel label : labels) {
      BsonDocument line = new BsonDocument(LABEL, new BsonString(label.name()))
          .append(AT, text(label.at()))
          .append(BY, ExactNodes.orNull(label.author()))
          .append(COMMENT, ExactNodes.orNull(label.comment()));
      ExactNodes.write(line, to);
    }
  }

  static void write(KVRevision<RawValue> revision, Writer to) throws IOException {
    BsonDocument line = revision
        .entry()
        .map(entry -> ExactNodes.line(entry.key(), Values.of(entry)))
        .orElseGet(() -> new BsonDocument("key", new BsonString(revision.key())));
    revision.metadata().map(ExactNodes::metadata).ifPresent(line::putAll);
    line.append(OPERATION, new BsonString(revision.operation().text()))
        .append(AT, text(revision.at()))
        .append(BY, ExactNodes.orNull(revision.author()))
        .append(COMMENT, ExactNodes.orNull(revision.comment()));
    revision.from().map(HistoryNodes::source).ifPresent(from -> line.append(FROM, from));
    ExactNodes.write(line, to);
  }

  /** Writes what stores the same when it is restored. */
  public static void write(Restoration restoration, Writer to) throws IOException {
    Instant reachesBackTo = restoration.reachesBackTo();
    if (reachesBackTo != null) {
      write(reachesBackTo, restoration.labels(), to);
    }
    if (restoration.after() != null) {
      write(restoration.after(), reachesBackTo != null, to);
    }
    for (KVRevision<RawValue> revision : restoration.revisions()) {
      write(revision, reachesBackTo != null, to);
    }
  }

  private static void write(KVRevision<RawValue> revision, boolean recorded, Writer to)
      throws IOException {
    if (recorded) {
      write(revision, to);
    } else {
      KVEntry<RawValue> entry = revision.entry().orElseThrow();
      BsonDocument line = ExactNodes.line(entry.key(), Values.of(entry));
      line.putAll(ExactNodes.metadata(entry.metadata()));
      ExactNodes.write(line, to);
    }
  }

  private static BsonDocument source(RevisionSource from) {
    BsonDocument source = new BsonDocument();
    from.store().ifPresent(store -> source.put("store", new BsonString(store)));
    from.key().ifPresent(key -> source.put("key", new BsonString(key)));
    from.version().ifPresent(version -> source.put("version", new BsonInt64(version)));
    from.etag().ifPresent(etag -> source.put("etag", new BsonString(etag)));
    return source;
  }

  private static BsonString text(Instant instant) {
    return new BsonString(instant.toString());
  }

  /** Returns true if an ordinary import cannot make an entry of the line. */
  static boolean isOfHistory(BsonDocument line) {
    return line.containsKey(OPERATION)
        || (!line.containsKey("key") && (line.containsKey(HISTORY) || line.containsKey(LABEL)));
  }

  /** Reads the lines. */
  static void read(
      SnapshotSource source, Reading reading, FileProblems problems, Consumer<Line> lines)
      throws IOException {
    Order order = new Order();
    ExactNodes.read(
        source,
        reading,
        problems,
        (document, place) -> order.checked(parse(document, place, reading)),
        lines);
  }

  /** Whether a line fits those before it. */
  private static final class Order {
    private boolean history;
    private @Nullable String last;

    Line checked(Line line) {
      if (line instanceof Begin) {
        require(last == null && !history, "how far the history reaches is said in the first line");
        history = true;
      } else if (line instanceof Labelled) {
        require(
            history && last == null, "labels stand behind the first line, and before revisions");
      } else if (line instanceof Revision revision) {
        String key = revision.revision.key();
        require(
            revision.recorded == history,
            history
                ? "it is no revision: it has no 'operation'"
                : "it is a revision, but the snapshot does not begin with the line 'history'");
        require(
            history || last == null || KeyOrder.INSTANCE.compare(last, key) < 0,
            "its key does not come after that of the line before, as exported ones do");
        last = key;
      }
      return line;
    }
  }

  private static Line parse(BsonDocument document, Place place, Reading reading) {
    if (document.containsKey(HISTORY) && !document.containsKey("key")) {
      return new Begin(instant(document.getDocument(HISTORY), REACHES));
    }
    if (document.containsKey(LABEL) && !document.containsKey("key")) {
      return new Labelled(new KVLabel(
          document.getString(LABEL).getValue(),
          instant(document, AT),
          ExactNodes.text(document, BY),
          ExactNodes.text(document, COMMENT)));
    }
    return revision(document, place, reading);
  }

  private static Revision revision(BsonDocument document, Place place, Reading reading) {
    String key = Names.checkKey(document.getString("key").getValue());
    boolean recorded = document.containsKey(OPERATION);
    KVOperation operation = recorded ? operation(document) : KVOperation.SET;
    boolean ended = !document.containsKey("etag") && !document.containsKey("value");
    require(
        recorded || document.containsKey("etag"),
        "it has no metadata to restore; export it with the metadata");
    require(
        ended
            ? operation == KVOperation.ROLLBACK || isEnd(operation)
            : !isEnd(operation) && document.containsKey("etag"),
        "what it has does not fit its operation '" + operation.text() + "'");
    KVMetadata metadata = ended ? null : metadata(key, document);
    KVEntry<RawValue> entry =
        metadata == null ? null : KVEntry.of(ExactNodes.value(document, reading), metadata);
    if (!recorded && entry != null) {
      return new Revision(Restoration.revisionOf(entry.metadata(), entry), false, place);
    }
    Optional<String> author = ExactNodes.text(document, BY);
    Optional<String> comment = ExactNodes.text(document, COMMENT);
    author.ifPresent(WriteOptions.DEFAULT::author); // checks it
    comment.ifPresent(WriteOptions.DEFAULT::comment); // checks it
    return new Revision(
        KVRevision.of(
            key,
            operation,
            instant(document, AT),
            author.orElse(null),
            comment.orElse(null),
            document.isDocument(FROM) ? source(document.getDocument(FROM)) : null,
            metadata,
            entry),
        true,
        place);
  }

  private static boolean isEnd(KVOperation operation) {
    return operation == KVOperation.DELETE
        || operation == KVOperation.EXPIRE
        || operation == KVOperation.DROP;
  }

  private static KVOperation operation(BsonDocument document) {
    String name = document.getString(OPERATION).getValue();
    return Arrays.stream(KVOperation.values())
        .filter(operation -> operation.text().equals(name))
        .findFirst()
        .orElseThrow(() -> invalid("it has an unknown operation"));
  }

  private static KVMetadata metadata(String key, BsonDocument document) {
    String etag = document.getString("etag").getValue();
    if (!etag.equals(NO_ETAG)) {
      Names.checkEtag(etag);
    }
    Optional<String> author = ExactNodes.text(document, "updatedBy");
    author.ifPresent(WriteOptions.DEFAULT::author); // checks it
    return KVMetadata.of(
        key,
        document.getNumber("version").longValue(),
        etag,
        instant(document, "createdAt"),
        instant(document, UPDATED),
        author.orElse(null),
        document.isString("expiresAt") ? instant(document, "expiresAt") : null);
  }

  private static RevisionSource source(BsonDocument from) {
    BsonValue version = from.get("version", BsonNull.VALUE);
    return new RevisionSource(
        ExactNodes.text(from, "store"),
        ExactNodes.text(from, "key"),
        version instanceof BsonNumber number ? Optional.of(number.longValue()) : Optional.empty(),
        ExactNodes.text(from, "etag"));
  }

  /** Returns the instant to the millisecond. */
  private static Instant instant(BsonDocument document, String member) {
    Instant instant = EntryConverter.instant(document.getString(member).getValue());
    boolean expires = member.equals("expiresAt");
    require(expires || instant.isBefore(LATEST), "its '" + member + "' is after the year 2199");
    return Instant.ofEpochMilli(instant.toEpochMilli());
  }

  private static void require(boolean condition, String problem) {
    if (!condition) {
      throw invalid(problem);
    }
  }

  private static InvalidInputException invalid(String problem) {
    return new InvalidInputException(ErrorCode.INVALID_VALUE, problem);
  }
}
