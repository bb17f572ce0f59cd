package dev.kvstore.http.api.snapshots;

import dev.kvstore.ChangeReport;
import dev.kvstore.KVRevision;
import dev.kvstore.KVStore;
import dev.kvstore.http.api.HistoryRequests;
import dev.kvstore.http.api.IdempotencyCache;
import dev.kvstore.http.api.WriteRequests;
import dev.kvstore.http.api.history.RevisionWalk;
import dev.kvstore.http.api.values.PageWalk;
import dev.kvstore.http.auth.AccessControl;
import dev.kvstore.http.error.ErrorKind;
import dev.kvstore.http.error.ProblemException;
import dev.kvstore.http.limits.BodyFiles;
import dev.kvstore.http.limits.BodyFiles.BodyFile;
import dev.kvstore.http.route.Parameters;
import dev.kvstore.http.route.RequestContext;
import dev.kvstore.http.route.ResourceHandler;
import dev.kvstore.http.wire.Format;
import dev.kvstore.http.wire.ReportDocument;
import dev.kvstore.http.wire.ResponseWriter;
import dev.kvstore.http.wire.SnapshotParts;
import dev.kvstore.internal.mapping.BsonCodec;
import dev.kvstore.internal.transfer.ImportListener;
import dev.kvstore.internal.transfer.ImportMode;
import dev.kvstore.internal.transfer.ImportSettings;
import dev.kvstore.internal.transfer.Reading;
import dev.kvstore.internal.transfer.SnapshotImport;
import dev.kvstore.internal.transfer.SnapshotReader;
import dev.kvstore.internal.transfer.SnapshotSource;
import dev.kvstore.internal.transfer.SnapshotWriter;
import dev.kvstore.internal.transfer.Types;
import dev.kvstore.internal.transfer.Writing;
import dev.kvstore.internal.typed.TypedHistory;
import dev.kvstore.internal.typed.TypedKVStore;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.ValueLimits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** {@code /v1/stores/{store}/snapshot}: export and import. */
public record SnapshotHandler(
    ValueLimits limits,
    Optional<BodyFiles> bodyFiles,
    BsonCodec codec,
    ResponseWriter responses,
    IdempotencyCache writes)
    implements ResourceHandler {
  /**
   * Returns a handler.
   *
   * @param maxBytes the maximum size of an imported snapshot in bytes
   */
  public static SnapshotHandler of(
      ValueLimits limits, long maxBytes, ResponseWriter responses, IdempotencyCache writes) {
    return new SnapshotHandler(
        limits,
        Optional.of(new BodyFiles(maxBytes)),
        BsonCodec.create(null, limits),
        responses,
        writes);
  }

  @Override
  public void handle(RequestContext context) throws IOException {
    if (context.method().equals("PUT")) {
      put(context);
    } else {
      get(context);
    }
  }

  private void get(RequestContext context) throws IOException {
    Parameters parameters = context.parameters("format", "prefix", "metadata", "history", "at");
    parameters.excludes("history", "at");
    SnapshotFormat format = SnapshotFormat.ofAnswer(context.request(), parameters);
    Writing writing = new Writing(format.file(), Types.JSON, null, parameters.flag("metadata"));
    HistoryRequests.demandAt(context, parameters);
    context.allowRevalidation();
    String outcome = "failed";
    try {
      responses.snapshot(
          context,
          format.contentType(),
          parameters.flag("history")
              ? withHistory(context, writing.withHistory(), parameters)
              : entries(context, writing, parameters));
      outcome = "done";
    } finally {
      if (!context.isHead()) {
        context.audit("exported", outcome);
      }
    }
  }

  private static SnapshotParts<?> entries(
      RequestContext context, Writing writing, Parameters parameters) throws IOException {
    List<KeyRange> visible = context.principal().visible(KeyRange.of(parameters.query()));
    return new SnapshotParts<>(
        writing, new PageWalk(context, visible), SnapshotWriter::write, context.room());
  }

  /** Of a store without history there are the entries. */
  private static SnapshotParts<?> withHistory(
      RequestContext context, Writing writing, Parameters parameters) throws IOException {
    TypedHistory history = HistoryRequests.history(context);
    if (!history.settings().isEnabled()) {
      return entries(context, writing, parameters);
    }
    SnapshotParts<KVRevision<RawValue>> parts = new SnapshotParts<>(
        writing,
        new RevisionWalk(context, parameters.prefix()),
        SnapshotWriter::write,
        context.room());
    parts.snapshot().begin(history.reachesBackTo(), history.labels());
    return parts;
  }

  private void put(RequestContext context) throws IOException {
    Parameters parameters = context.parameters("format", "prefix", "metadata", "mode", "dryRun");
    Format answer = Format.ofAnswer(context.request());
    SnapshotFormat format = SnapshotFormat.ofBody(context.request(), parameters);
    ImportSettings settings = WriteRequests.importSettings(context, parameters);
    if (settings.mode() == ImportMode.REPLACE) {
      AccessControl.checkDeletion(context.principal(), settings.prefix());
    } else if (settings.mode() == ImportMode.RESTORE) {
      AccessControl.checkAdministration(context.principal());
    }
    Reading reading =
        new Reading(format.file(), Types.JSON, null, parameters.flag("metadata"), limits);
    BodyFile body = context
        .bodyFile()
        .orElseThrow(
            () -> new ProblemException(ErrorKind.BAD_REQUEST, "The request has no body to import"));
    context.digestBodyFile();
    Supplier<ChangeReport> run = () -> run(context, body.path(), reading, settings);
    ChangeReport report = settings.dryRun()
        ? run.get()
        : writes.once(
            context,
            settings.mode() == ImportMode.RESTORE ? () -> context.audited("restored", run) : run);
    body.delete();
    responses.document(context, answer, 200, out -> ReportDocument.write(out, report));
  }

  private ChangeReport run(
      RequestContext context, Path body, Reading reading, ImportSettings settings) {
    KVStore store = TypedKVStore.over(context.entries(), codec);
    try (SnapshotSource source = SnapshotSource.of(body, "snapshot")) {
      SnapshotReader reader = new SnapshotReader(source, reading);
      return new SnapshotImport(store, reader, settings, new Checks(context)).run();
    } catch (IOException e) {
      throw new UncheckedIOException("A snapshot could not be read from its file", e);
    }
  }

  /** Checks that the caller may write all keys, and reserves memory for keys that are kept. */
  private static final class Checks implements ImportListener {
    /** The overhead of a key in a set besides its characters. */
    private static final int KEY_BYTES = 120;

    private static final int STEP_BYTES = 64 * 1024;

    private final RequestContext context;
    private int kept;

    Checks(RequestContext context) {
      this.context = context;
    }

    @Override
    public void key(String key) {
      AccessControl.checkKeys(context.principal(), context.store(), List.of(key));
    }

    @Override
    public void keptKey(String key) {
      kept += KEY_BYTES + 2 * key.length();
      if (kept >= STEP_BYTES) {
        context.room().takeSoon(kept);
        kept = 0;
      }
    }
  }
}
