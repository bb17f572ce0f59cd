package dev.kvstore.cli;

import dev.kvstore.HistorySettings;
import dev.kvstore.KVDatabase;
import dev.kvstore.KVStore;
import dev.kvstore.KVType;
import dev.kvstore.cli.options.Connection;
import dev.kvstore.cli.options.Session;
import dev.kvstore.cli.terminal.Console;
import dev.kvstore.cli.terminal.Interrupt;
import dev.kvstore.client.HttpSettings;
import dev.kvstore.internal.engine.StoreStack;
import dev.kvstore.internal.engine.StoreStack.Layers;
import dev.kvstore.internal.engine.TypedDatabase;
import dev.kvstore.internal.mapping.BsonCodec;
import dev.kvstore.internal.sqlite.SqliteConfig;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import dev.kvstore.internal.typed.TypedKVStore;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.RawValue;
import dev.kvstore.testing.NotedMutations;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Help.Ansi;

/** Runs the command line on the stores of a file, in an environment set by a test. */
final class Kv implements AutoCloseable {
  /** The type that reads any value as Jackson's natural type. */
  static final KVType<Object> ANY = KVType.of(Object.class);

  private final SqliteEntryDatabase database;
  private final NotedMutations mutations;
  final Map<String, String> environment = new HashMap<>();
  final Interrupt interrupt = new Interrupt();
  final StringWriter out = new StringWriter();
  final StringWriter err = new StringWriter();
  String input = "";
  Clock clock = Clock.fixed(Instant.parse("2026-11-21T10:00:00Z"), ZoneOffset.UTC);

  /** What commands find over the stores. */
  UnaryOperator<EntryStore> layer = UnaryOperator.identity();

  boolean onTerminal;
  boolean colored;
  HttpSettings settings = HttpSettings.DEFAULT;
  List<URI> servers = List.of();

  /** The exit code and output of a command. */
  record Result(int code, String out, String err) {}

  Kv(Path folder) {
    database = SqliteEntryDatabase.open(
        folder.resolve("kv-test.db"), SqliteConfig.DEFAULT.history(HistorySettings.DEFAULT));
    mutations = new NotedMutations(database);
    environment.put("HOME", folder.toString());
    environment.put("KVSTORE_STORE", "app");
  }

  KVStore store(String name) {
    return TypedKVStore.over(database.store(name), BsonCodec.create());
  }

  /** Runs the command {@code kv} with these arguments. */
  Result run(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    int code = run(console(new PrintWriter(out, true), err), arguments);
    return new Result(code, out.toString(), err.toString());
  }

  /** Runs the command with this output and returns the exit code. */
  int run(PrintWriter out, Writer err, String... arguments) {
    return run(console(out, err), arguments);
  }

  private int run(Console console, String... arguments) {
    int code = KvMain.run(arguments, environment, console, this::open, interrupt);
    console.out().flush();
    return code;
  }

  private Console console(PrintWriter out, Writer err) {
    return new Console(
        new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
        out,
        new PrintWriter(err, true),
        new Everywhere(onTerminal),
        colored ? Ansi.ON : Ansi.OFF,
        clock);
  }

  /** Returns the value stored in the store {@code app}. */
  RawValue raw(String key) {
    return Objects.requireNonNull(store("app").get(key, RawValue.TYPE));
  }

  /** Returns a session for inspecting commands without running them. */
  Session session() {
    return new Session(
        console(new PrintWriter(out, true), err),
        this::open,
        new Connection(),
        environment,
        interrupt);
  }

  /** Returns the output of a command, which must succeed. */
  String print(String... arguments) {
    Result result = run(arguments);
    if (result.code() != 0) {
      throw new AssertionError(result);
    }
    return result.out();
  }

  /** Returns the kinds of the writes of commands since the last call. */
  List<String> mutations() {
    return mutations.take();
  }

  private KVDatabase open(List<URI> servers, HttpSettings settings) {
    this.servers = servers;
    this.settings = settings;
    Layers layers = new Layers(Optional.empty(), false, InstantSource.system(), Optional.of(layer));
    return new TypedDatabase(StoreStack.over("test", mutations, layers), BsonCodec.create());
  }

  @Override
  public void close() {
    database.close();
  }

  private record Everywhere(boolean terminal) implements Console.Terminals {
    @Override
    public boolean in() {
      return terminal;
    }

    @Override
    public boolean out() {
      return terminal;
    }

    @Override
    public boolean err() {
      return terminal;
    }
  }
}
