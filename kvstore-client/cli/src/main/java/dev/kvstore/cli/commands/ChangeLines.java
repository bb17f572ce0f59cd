package dev.kvstore.cli.commands;

import dev.kvstore.KVChange;
import dev.kvstore.KVException;
import dev.kvstore.KVStore;
import dev.kvstore.KVWatcher;
import dev.kvstore.ReadOptions;
import dev.kvstore.SyncToken;
import dev.kvstore.cli.terminal.Console;
import dev.kvstore.internal.support.Texts;
import dev.kvstore.internal.transfer.Generators;
import dev.kvstore.internal.transfer.Values;
import dev.kvstore.spi.RawValue;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Ansi.Style;

/** Prints a line for each change. */
abstract class ChangeLines implements KVWatcher {
  private final KVStore store;
  final Console console;
  private final Runnable whenUnread;

  /** @param whenUnread called when the reader of the output is gone */
  ChangeLines(KVStore store, Console console, Runnable whenUnread) {
    this.store = store;
    this.console = console;
    this.whenUnread = whenUnread;
  }

  @Override
  public void changed(KVChange change) {
    RawValue value = change.kind() == KVChange.Kind.SET ? value(change) : null;
    print(line(change, value));
  }

  /** Returns the current value; null if it no longer exists or cannot be read. */
  private @Nullable RawValue value(KVChange change) {
    try {
      return store
          .findEntry(change.key(), RawValue.TYPE, ReadOptions.atLeast(change.position()))
          .map(Values::of)
          .orElse(null);
    } catch (KVException e) {
      console.note("kv: the value of '" + change.key() + "' cannot be read: " + e.getMessage());
      return null;
    }
  }

  void print(String line) {
    console.out().println(line);
    if (console.out().checkError()) {
      whenUnread.run();
    }
  }

  abstract String line(KVChange change, @Nullable RawValue value);

  static String name(KVChange change) {
    return change.kind().name().toLowerCase(Locale.ROOT);
  }

  /** Prints changes for people. */
  static final class Plain extends ChangeLines {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");

    Plain(KVStore store, Console console, Runnable whenUnread) {
      super(store, console, whenUnread);
    }

    @Override
    String line(KVChange change, @Nullable RawValue value) {
      boolean set = change.kind() == KVChange.Kind.SET;
      String kind =
          console.colored(set ? Style.fg_green : Style.fg_red, "%-6s".formatted(name(change)));
      return time() + "  " + kind + "  " + Texts.oneLine(change.key())
          + (value == null ? "" : " = " + Values.json(value))
          + (set ? "  (version " + change.version() + ")" : "");
    }

    @Override
    public void ready(SyncToken position) {
      console.note(time() + "  watching, Ctrl-C ends");
    }

    @Override
    public void reset() {
      console.note(time() + "  changes may have been missed: read again what you rely on");
    }

    private String time() {
      return LocalTime.now(console.clock()).truncatedTo(ChronoUnit.SECONDS).format(TIME);
    }
  }

  /** Prints changes for programs. */
  static final class Json extends ChangeLines {
    Json(KVStore store, Console console, Runnable whenUnread) {
      super(store, console, whenUnread);
    }

    @Override
    String line(KVChange change, @Nullable RawValue value) {
      return Generators.text(Generators::line, out -> {
        out.writeStartObject();
        out.writeStringField("event", name(change));
        out.writeStringField("key", change.key());
        if (change.kind() == KVChange.Kind.SET) {
          out.writeNumberField("version", change.version());
          out.writeStringField("etag", change.etag().orElse(null));
        }
        if (value != null) {
          out.writeFieldName("value");
          Values.JSON.write(value, out);
        }
        out.writeEndObject();
      });
    }

    @Override
    public void ready(SyncToken position) {
      print("{\"event\":\"ready\"}");
    }

    @Override
    public void reset() {
      print("{\"event\":\"reset\"}");
    }
  }
}
