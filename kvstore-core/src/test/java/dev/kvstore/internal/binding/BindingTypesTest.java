package dev.kvstore.internal.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.kvstore.BindOptions;
import dev.kvstore.BindingFailedException;
import dev.kvstore.ByteSize;
import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVDefault;
import dev.kvstore.KVName;
import dev.kvstore.KVProblem;
import dev.kvstore.KVStore;
import dev.kvstore.ValidationFailedException;
import dev.kvstore.Validators;
import dev.kvstore.sqlite.SqliteKVStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BindingTypesTest {
  private KVStore store;

  @BeforeEach
  void open(@TempDir Path folder) {
    store = SqliteKVStore.open(folder.resolve("bind.db"), "settings");
  }

  @AfterEach
  void close() {
    store.close();
  }

  private <T> T bound(String prefix, Class<T> type) {
    return bound(prefix, type, BindOptions.none());
  }

  private <T> T bound(String prefix, Class<T> type, BindOptions<T> options) {
    return store.bind(prefix, type, options).current();
  }

  private <T> List<String> problems(Class<T> type) {
    return problems(type, BindOptions.none());
  }

  private <T> List<String> problems(Class<T> type, BindOptions<T> options) {
    BindingFailedException failure = Objects.requireNonNull(
        catchThrowableOfType(BindingFailedException.class, () -> store.bind("p", type, options)));
    assertThat(failure.code()).isEqualTo(ErrorCode.VALIDATION_FAILED);
    assertThat(failure.prefix()).isEqualTo("p");
    failure
        .problems()
        .forEach(problem -> assertThat(failure).hasMessageContaining(problem.message()));
    return failure.problems().stream().map(KVProblem::message).toList();
  }

  record Leaf(String text) {}

  record Nested1(Leaf leaf) {}

  record Nullables(@Nullable String text, @Nullable Leaf leaf, OptionalInt number) {}

  @Nested
  class Records {
    record Types(TimeUnit unit, Duration time, Map<String, List<Integer>> map, UUID id) {}

    @Test
    void types_areThoseOfGet() {
      store.setMany(Map.of(
          "p.unit",
          TimeUnit.HOURS,
          "p.time",
          Duration.ofMillis(1500),
          "p.map",
          Map.of("a", List.of(1, 2)),
          "p.id",
          new UUID(1, 2)));
      Types types = bound("p", Types.class);
      assertThat(types.unit()).isEqualTo(TimeUnit.HOURS);
      assertThat(types.time()).isEqualTo(Duration.ofMillis(1500));
      assertThat(types.map()).isEqualTo(Map.of("a", List.of(1, 2)));
      assertThat(types.id()).isEqualTo(new UUID(1, 2));
    }

    record Units(Duration pause, Duration week, ByteSize limit, ByteSize bytes) {}

    @Test
    void durationsAndSizes_areSpelledAsInOptions() {
      store.setMany(
          Map.of("p.pause", "1h30m", "p.week", "P1W", "p.limit", "10MiB", "p.bytes", 1_000_000));
      assertThat(bound("p", Units.class))
          .isEqualTo(new Units(
              Duration.ofMinutes(90),
              Duration.ofDays(7),
              new ByteSize(10 << 20),
              ByteSize.parse("1MB")));
      store.setMany(Map.of("p.pause", "90", "p.limit", "1M", "p.bytes", -1));
      assertThat(problems(Units.class)).hasSize(3);
    }

    @Test
    void size_isStoredAsText() {
      store.set("k", new ByteSize(10 << 20));
      assertThat(store.get("k", String.class)).isEqualTo("10MiB");
      assertThat(store.get("k", ByteSize.class)).isEqualTo(new ByteSize(10 << 20));
    }

    @Test
    void absent_whereThatMayBe_isNullOrEmpty() {
      assertThat(bound("p", Nullables.class))
          .isEqualTo(new Nullables(null, null, OptionalInt.empty()));
    }

    @Test
    void storedNull_isNullOrAProblem() {
      Map<String, Object> nulls = new HashMap<>();
      nulls.put("p.text", null);
      nulls.put("p.leaf", null);
      nulls.put("p.number", null);
      store.setMany(nulls);
      assertThat(bound("p", Nullables.class))
          .isEqualTo(new Nullables(null, null, OptionalInt.empty()));
      assertThat(problems(Leaf.class))
          .containsExactly("Key 'p.text' holds null, which cannot be read as java.lang.String:"
              + " what is bound to it is neither Optional nor @Nullable");
      assertThat(problems(Nested1.class)).singleElement().asString().contains("Key 'p.leaf' holds");
    }

    @Test
    void nested_withoutAnything_saysWhatIsMissing() {
      assertThat(problems(Nested1.class))
          .containsExactly("Key 'p.leaf.text' is absent and has no default");
    }

    record Itself(int depth, Optional<Itself> inner) {}

    @Test
    void typeWithinItself_isReadAsOneValue() {
      store.set("p.depth", 1);
      store.set("p.inner", new Itself(2, Optional.of(new Itself(3, Optional.empty()))));
      assertThat(bound("p", Itself.class)
              .inner()
              .orElseThrow()
              .inner()
              .orElseThrow()
              .depth())
          .isEqualTo(3);
    }

    record Percent(int value) {
      @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
      static Percent of(String text) {
        return new Percent(Integer.parseInt(text.replace("%", "")));
      }
    }

    record Shares(Percent mine) {}

    @Test
    void nestedRecord_thatIsReadFromAScalar_isThatValue() {
      store.set("p.mine", "40%");
      assertThat(bound("p", Shares.class).mine().value()).isEqualTo(40);
    }

    record Slash(@KVName("max-size") int maxSize, Leaf leaf) {}

    @Test
    void prefix_withASlash_separatesBySlashes() {
      store.setMany(Map.of("a/b/max-size", 1, "a/b/leaf/text", "x"));
      assertThat(bound("a/b/", Slash.class)).isEqualTo(new Slash(1, new Leaf("x")));
    }

    @Test
    void prefix_empty_isTheWholeStore() {
      store.set("leaf.text", "x");
      assertThat(bound("", Nested1.class)).isEqualTo(new Nested1(new Leaf("x")));
    }

    @Test
    void keyOrMember_thatTheTypeDoesNotHave_isListedAsUnread() {
      store.set("p.text", "x");
      store.set("p.newer", "y");
      store.set("p", Map.of("text", "z", "te\nxt", 1));
      try (var binding = store.bind("p", Leaf.class)) {
        assertThat(binding.current()).isEqualTo(new Leaf("x"));
        assertThat(binding.unreadKeys()).containsExactly("p.newer", "p.te\uFFFDxt");
      }
    }

    @Test
    void document_ofTheWrongType_namesTheSettingAndTheDocument() {
      store.set("p", Map.of("leaf", Map.of("text", 7)));
      assertThat(problems(Nested1.class))
          .containsExactly("Key 'p.leaf.text' holds int32, which cannot be read as"
              + " java.lang.String (in the document under key 'p')");
      store.set("p", "scalar");
      assertThat(problems(Leaf.class))
          .contains("Key 'p' holds string, which cannot be read as " + Leaf.class.getTypeName());
    }

    record Guarded(String secret, int port) {
      Guarded {
        if (port > 9) {
          throw new IllegalArgumentException("secret is " + secret);
        }
        if (port > 5) {
          throw new ValidationFailedException("port", List.of("must be at most 5"));
        }
      }
    }

    record Guards(Guarded guarded, int missing) {}

    @Test
    void constructor_thatRefuses_isOneOfTheProblems_withoutItsMessageIfThatQuotesAValue() {
      store.setMany(Map.of("p.guarded.secret", "s3cret", "p.guarded.port", 10));
      assertThat(problems(Guards.class))
          .containsExactly(
              "The constructor refuses 'p.guarded' with java.lang.IllegalArgumentException",
              "Key 'p.missing' is absent and has no default");
      store.set("p.guarded.port", 6);
      assertThat(problems(Guards.class))
          .first()
          .isEqualTo("The value for key 'port' must be at most 5");
    }
  }

  record Port(int port, String host, Optional<String> secret) {
    Port {
      if (port == 0) {
        throw new IllegalArgumentException("must be positive");
      }
      if (port == 1) {
        throw new IllegalStateException("no route to " + host.toUpperCase(java.util.Locale.ROOT));
      }
      if (port == 2) {
        throw new IllegalStateException("wrong: " + secret.orElseThrow().substring(3, 10));
      }
      if (port == 3) {
        throw new IllegalStateException("it is " + port);
      }
      if (port == 4) {
        throw new IllegalStateException();
      }
    }
  }

  @Test
  void constructorsMessage_isShownUnlessItHasAValueInIt() {
    String quiet = "The constructor refuses 'p' with java.lang.IllegalStateException";
    store.setMany(Map.of("p.port", 0, "p.host", "db.internal", "p.secret", "hunter2-hunter2"));
    assertThat(problems(Port.class))
        .containsExactly("The constructor refuses 'p': must be positive");
    for (int port = 1; port <= 4; port++) {
      store.set("p.port", port);
      assertThat(problems(Port.class)).containsExactly(quiet);
    }
  }

  record Ports(List<Port> list, Map<String, Port> map) {}

  @Test
  void constructorsMessage_ofAnElement_isShownUnlessItHasAValueInIt() {
    store.set("p.list", List.of(Map.of("port", 0, "host", "db.internal")));
    store.setMany(Map.of("p.map.x.port", 1, "p.map.x.host", "db.internal"));
    List<String> problems = problems(Ports.class);
    assertThat(problems).hasSize(2);
    assertThat(problems.get(0)).endsWith(": document at '/0' was refused: must be positive");
    assertThat(problems.get(1))
        .endsWith(": document at '/x' was refused with java.lang.IllegalStateException"
            + " (made of the keys below it)");
  }

  @Nested
  class Names {
    record Relaxed(int maxRetries, Optional<ClientTls> clientTls, List<String> hostNames) {}

    record ClientTls(String certificateFile, @Nullable String key) {}

    interface Urls {
      String getURL();

      String getURLPath();

      boolean isSSL();
    }

    @Test
    void otherSpellings_ofTheSameWords_areRead() {
      store.setMany(Map.of(
          "p.max-retries", 3, "p.client-tls.certificate_file", "a", "p.host-names", List.of("x")));
      Relaxed expected = new Relaxed(3, Optional.of(new ClientTls("a", null)), List.of("x"));
      assertThat(bound("p", Relaxed.class)).isEqualTo(expected);
      store.setMany(Map.of(
          "q",
          Map.of(
              "max-retries", 3,
              "client_tls", Map.of("certificateFile", "a"),
              "HostNames", List.of("x"))));
      assertThat(bound("q", Relaxed.class)).isEqualTo(expected);
      store.set("p.maxRetries", 4);
      assertThat(bound("p", Relaxed.class).maxRetries()).isEqualTo(4);
    }

    @Test
    void wrongValue_isNamedByItsOwnKey() {
      store.setMany(Map.of("p.max-retries", "x", "p.hostNames", List.of()));
      assertThat(problems(Relaxed.class))
          .containsExactly("Key 'p.max-retries' holds string, which cannot be read as int");
    }

    record Similar(int maxSize, @KVName("max-size") int other) {}

    @Test
    void keyOfAnotherMember_isNoOtherSpelling() {
      store.set("p.max-size", 1);
      assertThat(problems(Similar.class))
          .containsExactly("Key 'p.maxSize' is absent and has no default");
    }

    @Test
    void abbreviations_areWords() {
      store.setMany(Map.of("p.url", "u", "p.urlPath", "v", "p.ssl", true));
      Urls urls = bound("p", Urls.class);
      assertThat(urls.getURL()).isEqualTo("u");
      assertThat(urls.getURLPath()).isEqualTo("v");
      assertThat(urls.isSSL()).isTrue();
    }

    @Test
    void keysThatNothingReads_areListed() {
      store.setMany(Map.of(
          "p.max-retries",
          3,
          "p.maxRetires",
          4,
          "p.hostNames",
          List.of(),
          "p.client-tls.added",
          1));
      try (var binding = store.bind("p", Relaxed.class)) {
        assertThat(binding.current()).isEqualTo(new Relaxed(3, Optional.empty(), List.of()));
        assertThat(binding.unreadKeys()).containsExactly("p.client-tls.added", "p.maxRetires");
      }
    }
  }

  @Nested
  class Groups {
    record Tls(String certificate, Optional<String> key) {}

    record Server(Optional<Tls> tls, @Nullable Tls other) {}

    @Test
    void unknownKeyBelowAnOptionalGroup_doesNotMakeItMandatory() {
      store.setMany(Map.of("p.tls.added-by-newer-version", 1, "p.other.added.more", 2));
      assertThat(bound("p", Server.class)).isEqualTo(new Server(Optional.empty(), null));
      store.set("p.tls.key", "k");
      assertThat(problems(Server.class))
          .containsExactly("Key 'p.tls.certificate' is absent and has no default");
    }

    @Test
    void unknownMember_ofADocument_doesNotMakeAnOptionalGroupMandatory() {
      for (Map<String, Object> stored : List.of(
          Map.<String, Object>of("p.tls", Map.of("added", 1), "p.other", Map.of("added", 2)),
          Map.<String, Object>of(
              "p", Map.of("tls", Map.of("added", 1), "other", Map.of("added", 2))))) {
        store.setMany(stored);
        try (var binding = store.bind("p", Server.class)) {
          assertThat(binding.current()).isEqualTo(new Server(Optional.empty(), null));
          assertThat(binding.unreadKeys()).containsExactly("p.other.added", "p.tls.added");
        }
        stored.keySet().forEach(store::delete);
      }
      store.set("p.tls", Map.of("certificate", "c", "added", 1));
      assertThat(bound("p", Server.class).tls()).contains(new Tls("c", Optional.empty()));
    }

    record Retries(
        @KVDefault("3") int most, @KVDefault("1s") Duration pause) {}

    record Client(Optional<Retries> retries, @Nullable Retries other) {}

    @Test
    void emptyDocument_makesTheGroup_withItsDefaults() {
      assertThat(bound("p", Client.class)).isEqualTo(new Client(Optional.empty(), null));
      store.set("p.retries", Map.of());
      store.set("p", Map.of("other", Map.of()));
      Retries defaults = new Retries(3, Duration.ofSeconds(1));
      assertThat(bound("p", Client.class)).isEqualTo(new Client(Optional.of(defaults), defaults));
    }

    record Deep(Optional<Middle> middle) {}

    record Middle(Optional<Tls> tls, Optional<List<String>> names) {}

    @Test
    void keyOfAMemberDeepInside_makesTheGroup() {
      store.set("p.middle.newer.key", 1);
      store.set("p.middle.tls.newer", 1);
      assertThat(bound("p", Deep.class).middle()).isEmpty();
      store.set("p.middle.names[0]", "a");
      assertThat(bound("p", Deep.class).middle())
          .contains(new Middle(Optional.empty(), Optional.of(List.of("a"))));
    }
  }

  @Nested
  class Containers {
    record Node(
        String hostName, int port, @KVDefault("5s") Duration pause, Optional<String> zone) {}

    @SuppressWarnings("ArrayRecordComponent") // applications use them
    record Lists(
        List<String> hosts,
        List<Node> nodes,
        int[] numbers,
        Optional<List<List<Integer>>> matrix,
        @KVDefault("[]") List<String> none) {}

    @Test
    void lists_areMadeOfIndexes() {
      store.setMany(Map.of(
          "p.hosts[0]",
          "a",
          "p.hosts[1]",
          "b",
          "p.nodes[0].host-name",
          "x",
          "p.nodes[0].port",
          1,
          "p.nodes[1]",
          Map.of("hostName", "y", "port", 2),
          "p.numbers[0]",
          7,
          "p.matrix[0][0]",
          1,
          "p.matrix[0][1]",
          2));
      Lists lists = bound("p", Lists.class);
      assertThat(lists.hosts()).containsExactly("a", "b");
      assertThat(lists.nodes())
          .containsExactly(
              new Node("x", 1, Duration.ofSeconds(5), Optional.empty()),
              new Node("y", 2, Duration.ofSeconds(5), Optional.empty()));
      assertThat(lists.numbers()).containsExactly(7);
      assertThat(lists.matrix()).contains(List.of(List.of(1, 2)));
      assertThat(lists.none()).isEmpty();
    }

    record Hosts(List<String> hosts) {}

    @Test
    void list_withAGap_isAProblem() {
      for (String index : List.of("[1]", "[x]", "[-1]", "[99999999]", "[", "[]")) {
        store.set("p.hosts" + index, "a");
        assertThat(problems(Hosts.class))
            .singleElement()
            .asString()
            .startsWith("The keys below 'p.hosts' make no java.util.List<java.lang.String>: ");
        store.delete("p.hosts" + index);
      }
    }

    record Mixed(Map<String, Object> any) {}

    @Test
    void keysThatDoNotGoTogether_areAProblem() {
      for (List<String> keys : List.of(
          List.of("p.any.a[0]", "p.any.a.b"),
          List.of("p.any.a[0]", "p.any.a"),
          List.of("p.any.a", "p.any.a.b"),
          List.of("p.any.a[0]", "p.any.a[00]"))) {
        keys.forEach(key -> store.set(key, 1));
        assertThat(problems(Mixed.class))
            .as("%s", keys)
            .singleElement()
            .asString()
            .startsWith("The keys below 'p.any' make no ");
        keys.forEach(store::delete);
      }
    }

    @Test
    void memberOfAnElement_inTwoSpellings_isAProblem() {
      store.setMany(Map.of(
          "p.named",
          Map.of(),
          "p.nodes[0].hostName",
          "a",
          "p.nodes[0].host-name",
          "b",
          "p.nodes[0].port",
          1));
      assertThat(problems(Nodes.class))
          .singleElement()
          .asString()
          .startsWith("The keys below 'p.nodes' make no ")
          .contains("two keys are for the same");
    }

    record Nodes(List<Node> nodes, Map<String, Node> named) {}

    @Test
    void absentMember_ofAnElement_isNamed() {
      store.setMany(Map.of(
          "p.nodes", List.of(Map.of("hostName", "x")), "p.named", Map.of("a", Map.of("port", 1))));
      assertThat(problems(Nodes.class)).hasSize(2);
      assertThat(problems(Nodes.class).get(0)).contains("nothing is stored at '/0/port'");
      assertThat(problems(Nodes.class).get(1)).contains("nothing is stored at '/a/hostName'");
      store.set("p.nodes[0].port", 1);
      assertThat(problems(Nodes.class).get(0)).contains("nothing is stored at '/0/hostName'");
    }

    record Host(String name, Optional<Groups.Tls> tls, Groups.@Nullable Tls other) {}

    record Hosted(List<Host> hosts, Map<String, Host> named, Optional<List<Host>> spare) {}

    private static final Host PLAIN = new Host("a", Optional.empty(), null);

    @Test
    void unknownKeys_belowElements_areUnread() {
      store.setMany(Map.of(
          "p.hosts[0].name", "a",
          "p.hosts[0].added", 1,
          "p.hosts[0].tls.added.more", 2,
          "p.hosts[0].other.added", 3,
          "p.hosts[1].added", 4,
          "p.named.x.name", "a",
          "p.named.x.tls.added", 5,
          "p.named.y.added", 6,
          "p.spare[0].tls.added", 7));
      try (var binding = store.bind("p", Hosted.class)) {
        assertThat(binding.current())
            .isEqualTo(new Hosted(List.of(PLAIN), Map.of("x", PLAIN), Optional.empty()));
        assertThat(binding.unreadKeys())
            .containsExactly(
                "p.hosts[0].added",
                "p.hosts[0].other.added",
                "p.hosts[0].tls.added.more",
                "p.hosts[1].added",
                "p.named.x.tls.added",
                "p.named.y.added",
                "p.spare[0].tls.added");
      }
    }

    @Test
    void unknownMembers_ofElements_areUnread() {
      Map<String, Object> newer =
          Map.of("name", "a", "added", 1, "tls", Map.of("added", 2), "other", Map.of("added", 3));
      store.setMany(Map.of(
          "p.hosts",
          List.of(newer),
          "p",
          Map.of("named", Map.of("x", newer)),
          "p.spare[0]",
          newer));
      try (var binding = store.bind("p", Hosted.class)) {
        assertThat(binding.current())
            .isEqualTo(new Hosted(List.of(PLAIN), Map.of("x", PLAIN), Optional.of(List.of(PLAIN))));
        assertThat(binding.unreadKeys())
            .hasSize(9)
            .contains("p.hosts[0].tls.added", "p.named.x.other.added", "p.spare[0].added");
      }
    }

    @Test
    void elementInTheMiddle_withUnknownKeysOnly_isAProblem() {
      store.setMany(Map.of("p.hosts[0].added", 1, "p.hosts[1].name", "b", "p.named", Map.of()));
      assertThat(problems(Hosted.class))
          .singleElement()
          .asString()
          .contains("nothing is stored at '/0/name'");
    }

    record Own(String name, List<Own> inner, Tagged tagged) {}

    @JsonPropertyOrder({"b", "a"})
    record Tagged(@JsonProperty("A") int a, @JsonAlias("c") int b) {}

    record Owns(Own own) {}

    @Test
    void unknownMembers_ofValuesThatAreReadAsOne_areUnread() {
      Map<String, Object> tagged = Map.of("A", 1, "c", 2, "added", 3);
      store.set(
          "p.own",
          Map.of(
              "name",
              "x",
              "inner",
              List.of(Map.of("name", "y", "inner", List.of(), "tagged", tagged)),
              "tagged",
              tagged));
      try (var binding = store.bind("p", Owns.class)) {
        assertThat(binding.current().own().tagged()).isEqualTo(new Tagged(1, 2));
        assertThat(binding.unreadKeys())
            .containsExactly("p.own.inner[0].tagged.added", "p.own.tagged.added");
      }
    }

    record Maps(
        Map<String, Integer> limits,
        Map<String, Node> nodes,
        Map<TimeUnit, List<String>> lists,
        Map<String, Object> any,
        @KVDefault("{}") Map<String, String> none) {}

    @Test
    void maps_areFilledFromTheKeysBelow() {
      store.setMany(Map.of(
          "p.limits",
          Map.of("red", 1, "blue", 2),
          "p.limits.red",
          3,
          "p.limits.a.b[0]",
          4,
          "p.nodes.x.hostName",
          "h",
          "p.nodes.x.port",
          1,
          "p.lists.DAYS[0]",
          "mon",
          "p.any.a.b",
          1,
          "p.any.a.c[0]",
          "x"));
      Maps maps = bound("p", Maps.class);
      assertThat(maps.limits()).isEqualTo(Map.of("red", 3, "blue", 2, "a.b[0]", 4));
      assertThat(maps.nodes())
          .isEqualTo(Map.of("x", new Node("h", 1, Duration.ofSeconds(5), Optional.empty())));
      assertThat(maps.lists()).isEqualTo(Map.of(TimeUnit.DAYS, List.of("mon")));
      assertThat(maps.any()).isEqualTo(Map.of("a", Map.of("b", 1, "c", List.of("x"))));
      assertThat(maps.none()).isEmpty();
    }

    @Test
    void map_belowAPrefixWithSlashes_isFilled() {
      store.setMany(Map.of("p/limits/a.b", 1, "p/limits/c", 2));
      record Limits(Map<String, Integer> limits) {}
      assertThat(bound("p/", Limits.class).limits()).isEqualTo(Map.of("a.b", 1, "c", 2));
    }
  }

  @Nested
  class Defaults {
    record Inner(@KVDefault("1") int a, @KVDefault("2") int b) {}

    record Outer(
        @KVDefault("{\"a\": 7}") Inner inner,
        @KVDefault("x") Optional<String> text) {}

    @Test
    void annotations_count_whereNothingElseSaysSomething() {
      assertThat(bound("p", Outer.class)).isEqualTo(new Outer(new Inner(7, 2), Optional.of("x")));
      store.set("p.inner.b", 8);
      assertThat(bound("p", Outer.class).inner()).isEqualTo(new Inner(7, 8));
      Outer defaults = new Outer(new Inner(5, 6), Optional.empty());
      assertThat(bound("p", Outer.class, BindOptions.defaults(defaults)))
          .isEqualTo(new Outer(new Inner(5, 8), Optional.empty()));
    }

    @Test
    void instance_nullInIt_isLeftToOthers() {
      Nullables none = new Nullables(null, null, OptionalInt.of(3));
      store.set("p.leaf.text", "x");
      assertThat(bound("p", Nullables.class, BindOptions.defaults(none)))
          .isEqualTo(new Nullables(null, new Leaf("x"), OptionalInt.of(3)));
    }

    record Quoted(@KVDefault("\"5s\"") Duration time) {}

    record Unfit(@KVDefault("x") int number) {}

    record BrokenJson(@KVDefault("[1") List<Integer> numbers) {}

    record NoMember(@KVDefault("{\"c\": 1}") Inner inner) {}

    record Texts(
        @KVDefault("5s") Duration pause,
        @KVDefault("3") int number,
        @KVDefault("DAYS") TimeUnit unit,
        @KVDefault("[1, 2]") List<Integer> numbers,
        @KVDefault("{\"a\": 1}") Map<String, Integer> map,
        @KVDefault("[1]") String text,
        @KVDefault("10MB") ByteSize size) {}

    @Test
    void annotation_isPlainText_orJsonForContainers() {
      assertThat(bound("p", Texts.class))
          .isEqualTo(new Texts(
              Duration.ofSeconds(5),
              3,
              TimeUnit.DAYS,
              List.of(1, 2),
              Map.of("a", 1),
              "[1]",
              ByteSize.parse("10MB")));
    }

    @Test
    void annotation_thatDoesNotFit_isTheCallersMistake() {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> store.bind("p", Quoted.class))
          .withMessageContaining("Quoted.time cannot be read as java.time.Duration: ");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> store.bind("p", BrokenJson.class))
          .withMessageContaining("BrokenJson.numbers cannot be read as ");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> store.bind("p", Unfit.class))
          .withMessage(
              "@KVDefault of " + Unfit.class.getTypeName() + ".number cannot be read as int");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> store.bind("p", NoMember.class))
          .withMessageContaining("NoMember.inner cannot be read as ")
          .withMessageEndingWith(": The type has no setting 'inner.c'");
    }
  }

  @Nested
  class Rules {
    record Numbers(int a, Optional<Integer> b, Leaf leaf) {}

    private final BindOptions<Numbers> options = BindOptions.<Numbers>none()
        .validatedBy("a", Integer.class, Validators.range(1, 5))
        .validatedBy("b", Number.class, Validators.that(n -> n.intValue() > 1, "must be above 1"))
        .validatedBy("leaf.text", String.class, Validators.notBlank())
        .validatedBy(Validators.that(n -> n.a() != 3, "must not be three"));

    @Test
    void broken_areAllTold() {
      store.setMany(Map.of("p.a", 6, "p.b", 1, "p.leaf.text", " "));
      assertThat(problems(Numbers.class, options))
          .containsExactly(
              "The value for key 'p.a' must be from 1 to 5",
              "The value for key 'p.b' must be above 1",
              "The value for key 'p.leaf.text' must not be blank");
      store.setMany(Map.of("p.a", 3, "p.b", 2, "p.leaf.text", "x"));
      assertThat(problems(Numbers.class, options))
          .containsExactly("The settings 'p' must not be three");
    }

    @Test
    void rule_thatFails_isAProblem() {
      store.setMany(Map.of("p.a", 1, "p.leaf.text", "x"));
      assertThat(problems(
              Numbers.class, BindOptions.<Numbers>none().validatedBy("a", Integer.class, a -> {
                throw new IllegalStateException("value " + a);
              })))
          .containsExactly("The rule for key 'p.a' failed with java.lang.IllegalStateException");
    }

    @Test
    void rule_forNothing_isTheCallersMistake() {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> bound(
              "p",
              Leaf.class,
              BindOptions.<Leaf>none().validatedBy("no", String.class, t -> Optional.empty())));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> bound(
              "p",
              Leaf.class,
              BindOptions.<Leaf>none().validatedBy("text", Integer.class, t -> Optional.empty())));
    }
  }

  interface Database {
    String getUrl();

    boolean isReadOnly();

    default int poolSize() {
      return 4;
    }

    default int maximumWaiting() {
      return poolSize() * 10;
    }

    Optional<Leaf> leaf();

    Retry retry();

    default String describe(String prefix) {
      return prefix + poolSize();
    }

    interface Retry {
      @KVDefault("3")
      int times();
    }
  }

  @Nested
  class Interfaces {
    private Database database() {
      store.setMany(Map.of("p.url", "jdbc:x", "p.readOnly", true));
      return bound("p", Database.class);
    }

    @Test
    void interface_isBound_withDefaultMethodsAsDefaults() {
      Database database = database();
      assertThat(database.getUrl()).isEqualTo("jdbc:x");
      assertThat(database.isReadOnly()).isTrue();
      assertThat(database.poolSize()).isEqualTo(4);
      assertThat(database.maximumWaiting()).isEqualTo(40);
      assertThat(database.leaf()).isEmpty();
      assertThat(database.retry().times()).isEqualTo(3);
      assertThat(database.describe("size ")).isEqualTo("size 4");

      store.setMany(Map.of("p.poolSize", 5, "p.leaf.text", "x", "p.retry.times", 1));
      Database changed = bound("p", Database.class);
      assertThat(changed.maximumWaiting()).isEqualTo(50);
      assertThat(changed.leaf()).contains(new Leaf("x"));
      assertThat(changed.retry().times()).isEqualTo(1);
    }

    @Test
    void object_isAValue_andShowsNone() {
      Database database = database();
      assertThat(database).isEqualTo(database()).hasSameHashCodeAs(database());
      assertThat(database.toString()).startsWith("Database[").doesNotContain("jdbc:x");
      store.set("p.url", "jdbc:y");
      assertThat(bound("p", Database.class)).isNotEqualTo(database).isNotEqualTo("x");
    }

    @Test
    void defaults_canBeAnInstanceOfOnesOwn() {
      Database other = database();
      store.delete("p.url");
      assertThat(bound("p", Database.class, BindOptions.defaults(other))).isEqualTo(other);
    }

    interface Broken {
      default int number() {
        throw new IllegalStateException("a bug");
      }
    }

    @Test
    void defaultMethod_thatFails_isAProblem() {
      assertThat(problems(Broken.class))
          .containsExactly(
              "The default of key 'p.number' failed with java.lang.IllegalStateException");
    }
  }

  @Nested
  class Unbindable {
    record Generic<T>(T value) {}

    record Empty() {}

    interface Verb {
      void run();
    }

    interface Twice {
      int getSize();

      int size();
    }

    @Test
    void types_thatAreNoSettings_areTheCallersMistake() {
      for (Class<?> type : List.of(
          String.class,
          Generic.class,
          Empty.class,
          Verb.class,
          Twice.class,
          List.class,
          int.class)) {
        assertThatIllegalArgumentException()
            .as(type.getName())
            .isThrownBy(() -> store.bind("p", type));
      }
    }

    record Illegal(@KVName("a//b") int value) {}

    @Test
    void illegalKeys_areRefused() {
      assertThat(catchThrowableOfType(
              InvalidInputException.class, () -> store.bind("p", Illegal.class)))
          .extracting(InvalidInputException::code)
          .isEqualTo(ErrorCode.INVALID_KEY);
      assertThat(
              catchThrowableOfType(InvalidInputException.class, () -> store.bind("//", Leaf.class)))
          .isNotNull();
    }
  }
}
