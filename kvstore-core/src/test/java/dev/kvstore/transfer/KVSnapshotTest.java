package dev.kvstore.transfer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.kvstore.ChangeReport;
import dev.kvstore.ErrorCode;
import dev.kvstore.HistorySettings;
import dev.kvstore.ImportStoppedException;
import dev.kvstore.InvalidInputException;
import dev.kvstore.InvalidSnapshotException;
import dev.kvstore.KVException;
import dev.kvstore.KVOperation;
import dev.kvstore.KVStore;
import dev.kvstore.KVType;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.UnavailableException;
import dev.kvstore.WriteOptions;
import dev.kvstore.internal.bson.BsonValues;
import dev.kvstore.internal.mapping.BsonCodec;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import dev.kvstore.internal.typed.TypedKVStore;
import dev.kvstore.mongo.MongoKVStore;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.ForwardingEntryStore;
import dev.kvstore.spi.Mutation;
import dev.kvstore.spi.RawValue;
import dev.kvstore.testing.MongoTestServer;
import dev.kvstore.testing.SpringSettings;
import dev.kvstore.testing.SpringSettings.Setting;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class KVSnapshotTest {
  /** A value of every type, and some that Extended JSON would not preserve. */
  private static final BsonDocument VALUES = BsonDocument.parse("""
      {"text": "a\\n\\u2028😀", "null": null, "flag": true, "int32": 5,
       "int64": {"$numberLong": "5"}, "large": {"$numberLong": "9223372036854775807"},
       "double": 1.0, "minusZero": {"$numberDouble": "-0.0"}, "nan": {"$numberDouble": "NaN"},
       "decimal": {"$numberDecimal": "12.50"}, "huge": {"$numberDecimal": "1E+6000"},
       "infinite": {"$numberDecimal": "Infinity"}, "date": {"$date": {"$numberLong": "-1"}},
       "binary": {"$binary": {"base64": "AQI=", "subType": "00"}},
       "uuid": {"$binary": {"base64": "AAAAAAAAAAEAAAAAAAAAAg==", "subType": "04"}},
       "id": {"$oid": "6a10f1a27e0c5b3d9c2f1a01"},
       "regex": {"$regularExpression": {"pattern": "a/\\"b", "options": "i"}},
       "timestamp": {"$timestamp": {"t": 4294967295, "i": 1}}, "symbol": {"$symbol": "s"},
       "code": {"$code": "f()"}, "scoped": {"$code": "f()", "$scope": {"x": 1}},
       "minKey": {"$minKey": 1}, "maxKey": {"$maxKey": 1}, "undefined": {"$undefined": true},
       "list": [1, [], {}, {"": {"a.b": null}}]}""");

  @TempDir
  private Path folder;

  private SqliteEntryDatabase database;
  private KVStore from;
  private KVStore to;

  @BeforeEach
  void open() {
    database = SqliteEntryDatabase.open(folder.resolve("test.db"));
    from = store("from");
    to = store("to");
  }

  @AfterEach
  void close() {
    database.close();
  }

  private KVStore store(String name) {
    return TypedKVStore.over(database.store(name), SpringSettings.codec());
  }

  private static InputStream text(String text) {
    return new ByteArrayInputStream(text.getBytes(UTF_8));
  }

  private static ChangeReport read(KVStore store, String text, ImportOptions options)
      throws IOException {
    return KVSnapshot.importInto(store, text(text), options);
  }

  private static String written(KVStore store, ExportOptions options) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    KVSnapshot.export(store, bytes, options);
    return bytes.toString(UTF_8);
  }

  private static Map<String, RawValue> raw(KVStore store) {
    Map<String, RawValue> values = new LinkedHashMap<>();
    store.stream("", RawValue.TYPE)
        .forEach(entry -> values.put(entry.key(), Objects.requireNonNull(entry.value())));
    return values;
  }

  private void fillWithEveryType() {
    VALUES.forEach((key, value) -> from.set(key, BsonValues.ofBsonValue(value)));
    from.set("all", BsonValues.ofBsonValue(VALUES));
    from.set("user", Map.of("$date", "x", "$numberInt", Map.of("$oid", "5")));
    from.set("looksLikeAType", Map.of("$numberLong", "5"));
    from.set(
        "signalling",
        BsonValues.ofBsonValue(new BsonDouble(Double.longBitsToDouble(0x7ff8000000000001L))));
  }

  @Test
  void exact_keepsEveryBit() throws IOException {
    fillWithEveryType();
    ByteArrayOutputStream snapshot = new ByteArrayOutputStream();
    ExportResult exported = KVSnapshot.export(from, snapshot, ExportOptions.EXACT);

    assertThat(exported).isEqualTo(new ExportResult(raw(from).size(), 0, List.of()));
    assertThat(snapshot.toString(UTF_8).lines()).hasSize(raw(from).size());
    ChangeReport report = read(to, snapshot.toString(UTF_8), ImportOptions.EXACT);
    assertThat(report.created()).isEqualTo(exported.entries());
    assertThat(raw(to)).isEqualTo(raw(from));
    assertThat(read(to, snapshot.toString(UTF_8), ImportOptions.EXACT).unchanged())
        .isEqualTo(exported.entries());
  }

  static Stream<ExportOptions> plainFormats() {
    return Stream.of(ExportOptions.JSON, ExportOptions.YAML, ExportOptions.PROPERTIES);
  }

  @ParameterizedTest
  @MethodSource("plainFormats")
  void lossOfAType_isReportedWithItsPlace(ExportOptions format) throws IOException {
    fillWithEveryType();
    ExportResult exported = KVSnapshot.export(from, new ByteArrayOutputStream(), format);
    assertThat(exported.losses())
        .hasSize((int) exported.lost())
        .contains(
            "'date': date is read back as string; use the format exact to keep it",
            "'all' at /uuid: UUID is read back as string; use the format exact to keep it",
            "'int64': int64 is read back as int32; use the format exact to keep it")
        .noneMatch(loss -> loss.startsWith("'text'")
            || loss.startsWith("'decimal'")
            || loss.startsWith("'large'")
            || loss.startsWith("'list'")
            || loss.startsWith("'user'"));
  }

  @Test
  void storedTypes_stay_whereJsonShowsNoChange() throws IOException {
    fillWithEveryType();
    for (String key : VALUES.keySet()) {
      ChangeReport report = read(from, written(from, ExportOptions.JSON), ImportOptions.JSON);
      assertThat(report.changed()).as(key).isZero();
    }
  }

  @Test
  void realSettings_travelThroughAllFormats_andAMongoDb() throws IOException {
    List<Setting> settings = SpringSettings.withDefaults();
    assertThat(settings).hasSize(655);
    Map<String, Object> values = new LinkedHashMap<>();
    settings.forEach(setting -> values.put(setting.name(), setting.value()));
    from.setMany(values);
    List<String> losses = new ArrayList<>();
    try (MongoTestServer server = MongoTestServer.start();
        KVStore mongo = MongoKVStore.open(server.connectionString(), "settings")) {
      move(from, ExportOptions.JSON, mongo, ImportOptions.JSON, losses);
      move(mongo, ExportOptions.YAML, store("yaml"), ImportOptions.YAML, losses);
    }
    move(store("yaml"), ExportOptions.PROPERTIES, to, ImportOptions.PROPERTIES, losses);

    for (Setting setting : settings) {
      KVType<?> type = setting.value() instanceof java.nio.charset.Charset
          ? KVType.of(java.nio.charset.Charset.class)
          : KVType.ofValue(setting.value());
      assertThat(to.get(setting.name(), type)).as(setting.name()).isEqualTo(setting.value());
    }
    Map<String, RawValue> before = raw(from);
    raw(to)
        .forEach((key, value) -> assertThat(Objects.equals(value, before.get(key))
                || losses.stream().anyMatch(loss -> loss.startsWith("'" + key + "'")))
            .as(key)
            .isTrue());
  }

  private static void move(
      KVStore from, ExportOptions as, KVStore to, ImportOptions read, List<String> losses)
      throws IOException {
    ByteArrayOutputStream snapshot = new ByteArrayOutputStream();
    losses.addAll(KVSnapshot.export(from, snapshot, as).losses());
    ChangeReport report =
        KVSnapshot.importInto(to, new ByteArrayInputStream(snapshot.toByteArray()), read);
    assertThat(report.created()).isEqualTo(655);
    assertThat(report.failed()).isZero();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void metadata_bringsAuthorAndExpiry(boolean exact) throws IOException {
    Instant before = Instant.now();
    from.set("k", 1, WriteOptions.DEFAULT.ttl(Duration.ofHours(1)).author("alice"));
    from.set("short", 1, WriteOptions.DEFAULT.ttl(Duration.ofMillis(1)));
    from.set("plain", 1);
    assertThat(KVSnapshot.export(from, new ByteArrayOutputStream(), ExportOptions.EXACT)
            .losses())
        .containsExactly("'k': its expiry is left out; use metadata to keep it");
    ExportOptions format = exact ? ExportOptions.EXACT : ExportOptions.YAML;
    String snapshot = written(from, format.metadata());
    ImportOptions options = exact ? ImportOptions.EXACT : ImportOptions.YAML.metadata();

    assertThat(read(to, snapshot, options.author("bob")).created()).isEqualTo(2);
    assertThat(to.entry("k", RawValue.TYPE).metadata().updatedBy()).contains("alice");
    assertThat(to.entry("plain", RawValue.TYPE).metadata().updatedBy()).contains("bob");
    assertThat(to.entry("k", RawValue.TYPE).metadata().expiresAt())
        .hasValueSatisfying(expiry ->
            assertThat(expiry).isBetween(before.plusSeconds(3590), before.plusSeconds(3660)));
    to.set("k", 1);
    assertThat(read(to, snapshot, options).changed()).as("the expiry alone").isEqualTo(1);
    assertThat(to.entry("k", RawValue.TYPE).metadata().expiresAt()).isPresent();
    String expired = "{\"key\":\"old\",\"value\":1,\"expiresAt\":\"2020-01-01T00:00:00Z\"}";
    assertThat(read(to, expired, ImportOptions.EXACT).created()).isZero();
    assertThatThrownBy(() -> written(from, ExportOptions.PROPERTIES.metadata()))
        .isInstanceOf(InvalidInputException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a=1\nc=3\n", "c=3\na=1\n"})
  void replace_deletesTheOthers_inWhateverOrderTheKeysAre(String snapshot) throws IOException {
    to.history().configure(HistorySettings.DEFAULT);
    to.setMany(Map.of("a", 1, "b", 2, "c", 4, "d", 5, "\uD83D\uDE00", 6));
    ChangeReport preview = read(to, snapshot, ImportOptions.PROPERTIES.replace().dryRun());
    assertThat(raw(to)).hasSize(5);
    ChangeReport report = read(
        to,
        snapshot,
        ImportOptions.PROPERTIES
            .replace()
            .ifMatch(preview.fingerprint().orElseThrow())
            .author("ann")
            .comment("tidy up"));

    assertThat(to.history().revisions("b", Integer.class).items().get(0)).satisfies(deletion -> {
      assertThat(deletion.operation()).isEqualTo(KVOperation.DELETE);
      assertThat(deletion.author()).contains("ann");
      assertThat(deletion.comment()).contains("tidy up");
    });
    assertThat(List.of(report.created(), report.changed(), report.unchanged(), report.deleted()))
        .containsExactly(0L, 1L, 1L, 3L);
    assertThat(report.items()).isEqualTo(preview.items());
    assertThat(to.keys()).containsExactly("a", "c");
    assertThatThrownBy(() -> read(
            to,
            snapshot,
            ImportOptions.PROPERTIES.replace().ifMatch(preview.fingerprint().orElseThrow())))
        .isInstanceOf(PreconditionFailedException.class);
  }

  @Test
  void prefix_limitsBothSides() throws IOException {
    to.setMany(Map.of("ui.a", 1, "ui.b", 1, "x", 1));
    read(to, "ui.a=2\nx=2\ny=2\n", ImportOptions.PROPERTIES.replace().prefix("ui."));
    assertThat(to.getAll("", Integer.class)).isEqualTo(Map.of("ui.a", 2, "x", 1));
  }

  @Test
  void badEntries_areReportedWithKeyAndLine_andNothingIsWritten() {
    InvalidSnapshotException failure = catchThrowableOfType(
        InvalidSnapshotException.class, () -> read(to, """
            {"key":"a","value":1}

            {"key":"b"}
            [
            {"key":"c//d","value":1}
            {"key":"a","value":2}
            {"key":"e","value":{"$date":"secret"}}
            """, ImportOptions.EXACT));
    assertThat(failure.problems())
        .extracting(InvalidSnapshotException.Problem::line)
        .containsExactly(3, 4, 5, 6, 7);
    assertThat(failure.problems())
        .extracting(InvalidSnapshotException.Problem::key)
        .containsExactly("b", "", "", "a", "e");
    assertThat(failure).hasMessageNotContaining("secret");
    assertThat(raw(to)).isEmpty();
  }

  @Test
  void hugeValue_isRefusedBeforeItFillsTheMemory() {
    String items = "1,".repeat(6_000_000) + "1]";
    for (Map.Entry<ImportOptions, String> snapshot : Map.of(
            ImportOptions.JSON, "{\"a\":[" + items + "}",
            ImportOptions.YAML, "a: [" + items)
        .entrySet()) {
      assertThatThrownBy(() -> read(to, snapshot.getValue(), snapshot.getKey()))
          .isInstanceOf(InvalidSnapshotException.class)
          .hasMessageContaining("more than");
    }
  }

  /** A store that fails after this many batches. */
  private static final class Failing extends ForwardingEntryStore {
    private int left;

    Failing(EntryStore store, int batches) {
      super(store);
      left = batches;
    }

    @Override
    public <R> R apply(Mutation<R> mutation) {
      if (left-- == 0) {
        throw new UnavailableException("The database is away", null);
      }
      return super.apply(mutation);
    }
  }

  @Test
  void importThatStops_namesKeyAndLine_andIsCompletedByTheNext() throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 1000; i++) {
      lines.append("k%04d=%d%n".formatted(i, i));
    }
    KVStore failing = TypedKVStore.over(new Failing(database.store("to"), 2), BsonCodec.create());
    ImportStoppedException failure = catchThrowableOfType(
        ImportStoppedException.class,
        () -> read(failing, lines.toString(), ImportOptions.PROPERTIES));
    assertThat(failure.key()).isEqualTo("k0400");
    assertThat(failure.line()).isEqualTo(401);
    assertThat(failure.code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
    List<Long> progress = new ArrayList<>();
    ChangeReport report =
        read(failing, lines.toString(), ImportOptions.PROPERTIES.onProgress(progress::add));
    assertThat(report.created()).isEqualTo(600);
    assertThat(report.unchanged()).isEqualTo(400);
    assertThat(progress).containsExactly(200L, 400L, 600L, 800L, 1000L);
  }

  @Test
  void importThatWritesNothing_failsWithTheCodeOfItsCause() {
    KVStore failing = TypedKVStore.over(new Failing(database.store("to"), 0), BsonCodec.create());
    assertThatThrownBy(() -> read(failing, "a=1", ImportOptions.PROPERTIES))
        .isInstanceOfSatisfying(ImportStoppedException.class, e -> {
          assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE);
          assertThat(e.key()).isEqualTo("a");
        });
  }

  @Test
  void flattened_makesKeysOfMembers() throws IOException {
    read(to, "server: {port: 80, hosts: [a]}", ImportOptions.YAML.flattened("."));
    assertThat(to.keys()).containsExactly("server.hosts[0]", "server.port");
  }

  @Test
  void yaml_withoutItsLibrary_namesTheArtifact() throws Exception {
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    URL[] own = Stream.of(classPath.split(File.pathSeparator))
        .filter(entry -> !entry.contains("yaml"))
        .map(KVSnapshotTest::url)
        .toArray(URL[]::new);
    try (URLClassLoader withoutYaml =
        new URLClassLoader(own, ClassLoader.getPlatformClassLoader())) {
      Class<?> library = withoutYaml.loadClass("dev.kvstore.internal.transfer.YamlLibrary");
      var require = library.getDeclaredMethod("require");
      require.setAccessible(true);
      assertThatThrownBy(() -> require.invoke(null))
          .hasRootCauseInstanceOf(ClassNotFoundException.class)
          .cause()
          .hasMessageContaining("com.fasterxml.jackson.dataformat:jackson-dataformat-yaml");
    }
  }

  private static URL url(String entry) {
    try {
      return Path.of(entry).toUri().toURL();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void options_thatTheFormatHasNoPlaceFor_areRefused() {
    for (ImportOptions options :
        List.of(ImportOptions.EXACT.flattened("."), ImportOptions.PROPERTIES.metadata())) {
      assertThatThrownBy(() -> read(to, "", options)).isInstanceOf(KVException.class);
    }
  }
}
