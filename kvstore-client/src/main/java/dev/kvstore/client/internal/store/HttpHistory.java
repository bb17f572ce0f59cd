package dev.kvstore.client.internal.store;

import dev.kvstore.ChangeReport;
import dev.kvstore.ErrorCode;
import dev.kvstore.HistoryQuery;
import dev.kvstore.HistorySettings;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVException;
import dev.kvstore.KVLabel;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVPage;
import dev.kvstore.KVRevision;
import dev.kvstore.RollbackOptions;
import dev.kvstore.WriteCondition;
import dev.kvstore.client.internal.request.Answer;
import dev.kvstore.client.internal.request.Call;
import dev.kvstore.client.internal.request.HistoryAnswers;
import dev.kvstore.client.internal.request.Query;
import dev.kvstore.client.internal.request.StoreUrls;
import dev.kvstore.client.internal.request.Transport;
import dev.kvstore.internal.bson.BsonValues;
import dev.kvstore.internal.support.Deadline;
import dev.kvstore.internal.transfer.HistoryNodes;
import dev.kvstore.spi.Cause;
import dev.kvstore.spi.HistoryStore;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.RemoteRollback;
import dev.kvstore.spi.RestorableStore;
import dev.kvstore.spi.Restoration;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonNull;
import org.bson.BsonString;
import org.bson.BsonValue;

/** The history of a store behind a service. */
record HttpHistory(
    StoreUrls urls, Transport transport, LostWriteResolver lostWrites, Supplier<Deadline> deadlines)
    implements HistoryStore, RemoteRollback, RestorableStore {
  @Override
  public KVPage<KVRevision<RawValue>> revisions(HistoryQuery query) {
    Query parameters = Query.none();
    query.version().ifPresent(version -> parameters.and("version", version.toString()));
    query.etag().ifPresent(etag -> parameters.and("etag", etag));
    query.author().ifPresent(author -> parameters.and("by", author));
    query.operation().ifPresent(operation -> parameters.and("operation", operation.text()));
    query.since().ifPresent(since -> parameters.and("since", since.toString()));
    query.until().ifPresent(until -> parameters.and("until", until.toString()));
    URI url = query.key().isPresent()
        ? urls.at("/history", query.key().get(), paged(query, parameters))
        : urls.at("/history", paged(query, withPrefix(query, parameters)));
    Answer answer = read(url);
    boolean one =
        query.key().isPresent() && (query.version().isPresent() || query.etag().isPresent());
    if (one && answer.isNotFound("version-not-found")) {
      return new KVPage<>(List.of(), Optional.empty());
    }
    return one ? answer.read(HistoryAnswers::revision) : answer.read(HistoryAnswers::page);
  }

  /** The service selects changes by a prefix alone. */
  @Override
  public KVPage<KVRevision<RawValue>> changes(HistoryQuery query) {
    HistoryQuery rest = query;
    while (true) {
      Query parameters = paged(rest, withPrefix(query, Query.none().and("metadata", "true")));
      KVPage<KVRevision<RawValue>> page =
          read(urls.at("/changes", parameters)).read(HistoryAnswers::page);
      List<KVRevision<RawValue>> selected =
          page.items().stream().filter(revision -> isSelected(query, revision)).toList();
      if (page.items().isEmpty() || !selected.isEmpty()) {
        return new KVPage<>(selected, page.next());
      }
      rest = rest.after(page.next().orElseThrow());
    }
  }

  private static boolean isSelected(HistoryQuery query, KVRevision<?> revision) {
    Optional<KVMetadata> entry = revision.metadata();
    return equal(query.key(), Optional.of(revision.key()))
        && equal(query.version(), entry.map(KVMetadata::version))
        && equal(query.etag(), entry.map(KVMetadata::etag))
        && equal(query.author(), revision.author())
        && equal(query.operation(), Optional.of(revision.operation()))
        && query.since().filter(revision.at()::isBefore).isEmpty()
        && query.until().filter(revision.at()::isAfter).isEmpty();
  }

  private static boolean equal(Optional<?> demanded, Optional<?> present) {
    return demanded.isEmpty() || demanded.equals(present);
  }

  private static Query withPrefix(HistoryQuery query, Query parameters) {
    if (query.prefixes().size() != 1) {
      throw new InvalidInputException(
          ErrorCode.INVALID_PARAMETER, "A service selects revisions by exactly one prefix");
    }
    String prefix = query.key().orElse(query.prefixes().get(0));
    return prefix.isEmpty() ? parameters : parameters.and("prefix", prefix);
  }

  private static Query paged(HistoryQuery query, Query parameters) {
    query.after().ifPresent(after -> parameters.and("after", after));
    if (query.hasValues()) {
      parameters.and("values", "true");
    }
    return parameters.and("limit", Integer.toString(query.limit()));
  }

  @Override
  public Instant reachesBackTo() {
    BsonDocument history = settingsDocument();
    if (!history.isDateTime("reachesBackTo")) {
      throw new KVException(ErrorCode.NO_HISTORY, "The history of the store is turned off");
    }
    return Instant.ofEpochMilli(history.getDateTime("reachesBackTo").getValue());
  }

  private BsonDocument settingsDocument() {
    return read(urls.at("/settings", Query.none()))
        .read(HistoryAnswers::document)
        .getDocument("history");
  }

  @Override
  public List<KVLabel> labels() {
    List<KVLabel> labels = new ArrayList<>();
    Optional<String> next = Optional.of("");
    while (next.isPresent()) {
      Query query = Query.none().and("limit", "1000");
      KVPage<KVLabel> page = read(urls.at(
              "/labels", next.get().isEmpty() ? query : query.and("after", next.get())))
          .read(HistoryAnswers::labels);
      labels.addAll(page.items());
      next = page.next();
    }
    return labels;
  }

  @Override
  public Optional<KVLabel> label(String name) {
    Answer answer = read(urls.at("/labels", name, Query.none()));
    return answer.isNotFound("label-not-found")
        ? Optional.empty()
        : Optional.of(answer.read(HistoryAnswers::label));
  }

  @Override
  public boolean setLabel(KVLabel label) {
    BsonDocument body = new BsonDocument("at", new BsonString(label.at().toString()));
    label.comment().ifPresent(comment -> body.append("comment", new BsonString(comment)));
    Cause cause = new Cause(label.author().orElse(null), null, null, null);
    Answer answer = send("PUT", urls.at("/labels", label.name(), Query.none()), cause, body);
    answer.read(HistoryAnswers::document);
    return answer.status() == 201;
  }

  @Override
  public KVLabel setLabel(String name, Cause cause) {
    return send("PUT", urls.at("/labels", name, Query.none()), cause, new BsonDocument())
        .read(HistoryAnswers::label);
  }

  @Override
  public boolean deleteLabel(String name) {
    URI url = urls.at("/labels", name, Query.none());
    Answer answer = transport.send(
        Call.write("DELETE", url, null, WriteCondition.NONE, Cause.UNKNOWN, null), deadlines.get());
    if (answer.isNotFound("label-not-found")) {
      return false;
    }
    answer.expect(204);
    return true;
  }

  @Override
  public HistorySettings settings() {
    BsonDocument history = settingsDocument();
    HistorySettings settings =
        history.getBoolean("enabled").getValue() ? HistorySettings.DEFAULT : HistorySettings.OFF;
    settings = history.isString("retention")
        ? settings.retention(Duration.parse(history.getString("retention").getValue()))
        : settings.forever();
    return history.isNumber("revisions")
        ? settings.revisions(history.getNumber("revisions").intValue())
        : settings;
  }

  @Override
  public void configure(HistorySettings settings) {
    BsonDocument history = new BsonDocument("enabled", BsonBoolean.valueOf(settings.isEnabled()))
        .append("retention", text(settings.retention().map(Duration::toString)))
        .append(
            "revisions",
            settings.revisions().isPresent()
                ? new BsonInt32(settings.revisions().getAsInt())
                : BsonNull.VALUE);
    send(
            "PUT",
            urls.at("/settings", Query.none()),
            Cause.UNKNOWN,
            new BsonDocument("history", history))
        .read(HistoryAnswers::document);
  }

  @Override
  public ChangeReport rollbackAll(String prefix, Instant at, RollbackOptions options) {
    Query query = Query.none().and("prefix", prefix);
    if (options.isDryRun()) {
      query.and("dryRun", "true");
    }
    return lostWrites.changeMany(
        urls.at("/rollbacks", query),
        options.fingerprint(),
        Cause.of(options),
        new BsonDocument("at", new BsonString(at.toString())),
        deadlines.get());
  }

  /** The service finds what it has already, so a repetition does no harm. */
  @Override
  public void restore(Restoration restoration) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try (Writer lines = new OutputStreamWriter(body, StandardCharsets.UTF_8)) {
      HistoryNodes.write(restoration, lines);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Query query = Query.none().and("format", "exact").and("mode", "restore");
    Call call = Call.write(
        "PUT",
        urls.at("/snapshot", query),
        null,
        WriteCondition.NONE,
        Cause.UNKNOWN,
        body.toByteArray());
    lostWrites.send(
        call, null, deadlines.get(), answer -> answer.read(HistoryAnswers::report), null);
  }

  private Answer read(URI url) {
    return transport.send(Call.read(url, null), deadlines.get());
  }

  private Answer send(String method, URI url, Cause cause, BsonDocument body) {
    return transport.send(
        Call.write(method, url, null, WriteCondition.NONE, cause, body(body)), deadlines.get());
  }

  static byte[] body(BsonDocument document) {
    Map<String, RawValue> members = new LinkedHashMap<>();
    document.forEach((name, value) -> members.put(name, BsonValues.ofBsonValue(value)));
    return BsonValues.document(members);
  }

  private static BsonValue text(Optional<String> text) {
    return text.<BsonValue>map(BsonString::new).orElse(BsonNull.VALUE);
  }
}
