package dev.kvstore.cli.commands;

import dev.kvstore.HistoryQuery;
import dev.kvstore.KVEntry;
import dev.kvstore.KVPage;
import dev.kvstore.KVRevision;
import dev.kvstore.KVStore;
import dev.kvstore.Names;
import dev.kvstore.RevisionSource;
import dev.kvstore.cli.options.AtOption;
import dev.kvstore.cli.options.PrefixOption;
import dev.kvstore.cli.options.UsageErrors;
import dev.kvstore.cli.terminal.ExitCodes;
import dev.kvstore.internal.support.Texts;
import dev.kvstore.internal.transfer.Generators;
import dev.kvstore.internal.transfer.Values;
import dev.kvstore.spi.RawValue;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi.Style;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command to print the history of a store. */
@Command(
    name = "log",
    header = "Shows who changed what, and when: the history of a key, a prefix or the store.",
    description = "The newest change comes first. A revision is named by its etag: 'kv rollback'"
        + " takes it.",
    footer = {
      "  kv log ui.theme",
      "  kv log ui.theme -p                    # with what changed",
      "  kv log --prefix ui. --by alice -n 20",
      "  kv log --since 2026-01-31T00:00:00Z -o json"
    })
final class LogCommand extends Action.OnStore {
  @Parameters(arity = "0..1", paramLabel = "KEY", description = "The key.")
  private @Nullable String key;

  @Mixin
  private PrefixOption prefix = new PrefixOption();

  @Option(
      names = {"-p", "--patch"},
      description = "Show the difference to the revision before.")
  private boolean patch;

  @Option(names = "--by", paramLabel = "AUTHOR", description = "Only changes by this author.")
  private @Nullable String by;

  @Option(
      names = "--since",
      paramLabel = "INSTANT",
      description = "Only changes at this time or later: a time or a label.")
  private @Nullable String since;

  @Option(
      names = "--until",
      paramLabel = "INSTANT",
      description = "Only changes at this time or earlier: a time or a label.")
  private @Nullable String until;

  @Option(
      names = {"-n", "--number"},
      paramLabel = "N",
      description = "At most this many changes.")
  private long number = Long.MAX_VALUE;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "json: print each change as an object on one line, with its value.")
  private WatchCommand.@Nullable Lines output;

  @Override
  public void check(UsageErrors faults) {
    super.check(faults);
    if (key != null && prefix.isGiven(faults)) {
      faults.add("Give only one of KEY, --prefix");
    }
    String given = key;
    if (given != null) {
      faults.check(() -> Names.checkKey(given));
    }
    if (number < 1) {
      faults.addFor("--number", "it must be at least 1");
    }
    faults.exclude(patch ? "--patch" : null, output == null ? null : "--output");
  }

  @Override
  int run(KVStore store) throws IOException {
    HistoryQuery query = key == null ? HistoryQuery.prefix(prefix.value()) : HistoryQuery.key(key);
    query = by == null ? query : query.author(by);
    query = since == null ? query : query.since(AtOption.instant(since, store));
    query = until == null ? query : query.until(AtOption.instant(until, store));
    query = patch || output != null ? query.withValues() : query;
    long left = number;
    Optional<String> next = Optional.of("");
    while (next.isPresent() && left > 0 && !console().out().checkError()) {
      HistoryQuery part = query.limit((int) Math.min(left, 100));
      KVPage<KVRevision<RawValue>> page = store
          .history()
          .revisions(next.get().isEmpty() ? part : part.after(next.get()), RawValue.TYPE);
      for (KVRevision<RawValue> revision : page.items()) {
        print(store, revision);
      }
      left -= page.items().size();
      next = page.next();
    }
    if (left == number) {
      note("No changes are recorded"
          + (key == null ? "" : " of '" + Texts.oneLine(key) + "'")
          + " in store '" + store.name() + "'");
    }
    return ExitCodes.OK;
  }

  private void print(KVStore store, KVRevision<RawValue> revision) {
    if (output != null) {
      console().out().println(json(store, revision));
      return;
    }
    String version = revision.metadata().map(entry -> " v" + entry.version()).orElse("");
    String etag = revision.metadata().map(entry -> "  " + entry.etag()).orElse("");
    console()
        .out()
        .println(console().colored(Style.bold, Texts.oneLine(revision.key())) + "  "
            + revision.operation().text() + version + "  " + revision.at() + "  "
            + Texts.oneLine(revision.author().orElse("(unknown)")) + etag);
    revision
        .comment()
        .ifPresent(comment -> comment.lines().forEach(line -> console().print("    " + line)));
    revision.from().ifPresent(source -> console().print("    from " + text(source)));
    if (patch) {
      printPatch(revision, before(store, revision));
    }
  }

  private static String text(RevisionSource source) {
    return Stream.of(
            source.store().map(name -> "store " + name),
            source.key().map(Texts::oneLine),
            source.version().map(version -> "v" + version))
        .flatMap(Optional::stream)
        .collect(Collectors.joining(" "));
  }

  private void printPatch(KVRevision<RawValue> revision, @Nullable KVRevision<RawValue> older) {
    boolean isFirst = revision.metadata().filter(entry -> entry.version() == 1).isPresent();
    boolean isBeforeKnown = older == null ? isFirst : isKnown(older);
    if (isKnown(revision) && isBeforeKnown) {
      new Difference(revision.key(), older == null ? null : value(older), value(revision))
          .print(console());
    } else {
      console()
          .print(" " + Texts.oneLine(revision.key()) + ": the "
              + (isBeforeKnown ? "value" : "earlier value") + " is not kept");
    }
  }

  /** Returns true if the revision left no entry, or its value is kept. */
  private static boolean isKnown(KVRevision<RawValue> revision) {
    return revision.metadata().isEmpty() || revision.entry().isPresent();
  }

  private static @Nullable RawValue value(KVRevision<RawValue> revision) {
    return revision.entry().map(Values::of).orElse(null);
  }

  /** Returns the revision that this one replaced; null if it is not kept. */
  private static @Nullable KVRevision<RawValue> before(
      KVStore store, KVRevision<RawValue> revision) {
    HistoryQuery query =
        HistoryQuery.key(revision.key()).until(revision.at()).withValues().limit(10);
    List<KVRevision<RawValue>> older =
        store.history().revisions(query, RawValue.TYPE).items();
    for (int i = 0; i + 1 < older.size(); i++) {
      if (same(older.get(i), revision)) {
        return older.get(i + 1);
      }
    }
    return null;
  }

  private static boolean same(KVRevision<?> one, KVRevision<?> other) {
    return one.operation() == other.operation()
        && Objects.equals(
            one.metadata().map(metadata -> metadata.etag()),
            other.metadata().map(metadata -> metadata.etag()))
        && one.at().equals(other.at());
  }

  private static String json(KVStore store, KVRevision<RawValue> revision) {
    return Generators.text(Generators::line, out -> {
      out.writeStartObject();
      out.writeStringField("key", revision.key());
      out.writeStringField("operation", revision.operation().text());
      if (revision.metadata().isPresent()) {
        out.writeNumberField("version", revision.metadata().get().version());
        out.writeStringField("etag", revision.metadata().get().etag());
      }
      out.writeStringField("at", revision.at().toString());
      out.writeStringField("by", revision.author().orElse(null));
      out.writeStringField("comment", revision.comment().orElse(null));
      if (revision.from().isPresent()) {
        RevisionSource source = revision.from().get();
        out.writeObjectFieldStart("from");
        out.writeStringField("store", source.store().orElse(store.name()));
        out.writeStringField("key", source.key().orElse(revision.key()));
        if (source.version().isPresent()) {
          out.writeNumberField("version", source.version().get());
        }
        out.writeStringField("etag", source.etag().orElse(null));
        out.writeEndObject();
      }
      KVEntry<RawValue> entry = revision.entry().orElse(null);
      if (entry != null) {
        out.writeFieldName("value");
        Values.JSON.write(Values.of(entry), out);
      }
      out.writeEndObject();
    });
  }
}
