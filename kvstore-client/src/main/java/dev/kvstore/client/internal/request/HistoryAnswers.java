package dev.kvstore.client.internal.request;

import dev.kvstore.ChangeReport;
import dev.kvstore.KVEntry;
import dev.kvstore.KVLabel;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVOperation;
import dev.kvstore.KVPage;
import dev.kvstore.KVRevision;
import dev.kvstore.RevisionSource;
import dev.kvstore.internal.bson.BsonValues;
import dev.kvstore.spi.RawValue;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/** Parses responses about the history of a store, like {@link WireReader}. */
public final class HistoryAnswers {
  private HistoryAnswers() {}

  public static BsonDocument document(byte[] body) {
    return WireReader.document(body, document -> document);
  }

  public static KVPage<KVRevision<RawValue>> page(byte[] body) {
    return page(body, HistoryAnswers::revision);
  }

  public static KVPage<KVLabel> labels(byte[] body) {
    return page(body, HistoryAnswers::label);
  }

  private static <T> KVPage<T> page(byte[] body, Function<BsonDocument, T> item) {
    return WireReader.document(
        body,
        page -> new KVPage<>(
            page.getArray("items").stream().map(BsonValue::asDocument).map(item).toList(),
            text(page, "next")));
  }

  /** Returns a page with the single revision of the response. */
  public static KVPage<KVRevision<RawValue>> revision(byte[] body) {
    return WireReader.document(
        body, revision -> new KVPage<>(List.of(revision(revision)), Optional.empty()));
  }

  private static KVRevision<RawValue> revision(BsonDocument revision) {
    String key = WireReader.legalKey(revision.getString("key").getValue());
    Instant at = time(revision, "at").orElseThrow();
    String author = text(revision, "by").orElse(null);
    KVMetadata metadata = text(revision, "etag")
        .map(etag -> KVMetadata.of(
            key,
            revision.getNumber("version").longValue(),
            etag,
            time(revision, "createdAt").orElse(at),
            time(revision, "updatedAt").orElse(at),
            text(revision, revision.containsKey("updatedAt") ? "updatedBy" : "by")
                .orElse(null),
            time(revision, "expiresAt").orElse(null)))
        .orElse(null);
    BsonValue value = metadata == null ? null : revision.get("value");
    return KVRevision.of(
        key,
        KVOperation.valueOf(revision.getString("operation").getValue().toUpperCase(Locale.ROOT)),
        at,
        author,
        text(revision, "comment").orElse(null),
        revision.isDocument("from") ? source(revision.getDocument("from")) : null,
        metadata,
        entry(metadata, value));
  }

  private static @Nullable KVEntry<RawValue> entry(
      @Nullable KVMetadata metadata, @Nullable BsonValue value) {
    return metadata == null || value == null
        ? null
        : KVEntry.of(BsonValues.ofBsonValue(value), metadata);
  }

  private static RevisionSource source(BsonDocument from) {
    return new RevisionSource(
        text(from, "store"),
        text(from, "key"),
        from.isNumber("version")
            ? Optional.of(from.getNumber("version").longValue())
            : Optional.empty(),
        text(from, "etag"));
  }

  public static KVLabel label(byte[] body) {
    return WireReader.document(body, HistoryAnswers::label);
  }

  private static KVLabel label(BsonDocument label) {
    return new KVLabel(
        label.getString("name").getValue(),
        time(label, "at").orElseThrow(),
        text(label, "by"),
        text(label, "comment"));
  }

  public static ChangeReport report(byte[] body) {
    return WireReader.document(
        body,
        report -> new ChangeReport(
            number(report, "created"),
            number(report, "changed"),
            number(report, "unchanged"),
            number(report, "deleted"),
            number(report, "failed"),
            report.getBoolean("dryRun").getValue(),
            items(report),
            report.containsKey("more") && report.getBoolean("more").getValue(),
            text(report, "fingerprint")));
  }

  private static List<ChangeReport.Item> items(BsonDocument report) {
    return report.getArray("items").stream()
        .map(BsonValue::asDocument)
        .map(item -> new ChangeReport.Item(
            WireReader.legalKey(item.getString("key").getValue()),
            ChangeReport.Kind.valueOf(item.getString("change").getValue().toUpperCase(Locale.ROOT)),
            text(item, "from"),
            text(item, "to"),
            item.isNumber("line")
                ? OptionalInt.of(item.getNumber("line").intValue())
                : OptionalInt.empty(),
            text(item, "problem")))
        .toList();
  }

  private static long number(BsonDocument document, String name) {
    return document.getNumber(name).longValue();
  }

  private static Optional<String> text(BsonDocument document, String name) {
    return document.isString(name)
        ? Optional.of(document.getString(name).getValue())
        : Optional.empty();
  }

  private static Optional<Instant> time(BsonDocument document, String name) {
    return document.isDateTime(name)
        ? Optional.of(Instant.ofEpochMilli(document.getDateTime(name).getValue()))
        : Optional.empty();
  }
}
