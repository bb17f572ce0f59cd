package dev.kvstore.http.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVException;
import dev.kvstore.testing.ManualClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenFileTest {
  private static final String SECRET = "kvs_0123456789012345678901234567890123456789";
  private static final String HASH = TokenSecret.hash(SECRET);

  @TempDir
  private Path folder;

  private Path path = Path.of("");
  private final ManualClock clock = new ManualClock();

  @BeforeEach
  void setPath() {
    path = folder.resolve("conf/tokens.yaml");
  }

  private TokenFile file() {
    return new TokenFile(path, clock);
  }

  private void write(String text) throws IOException {
    write(text, "rw-------");
  }

  private void write(String text, String permissions) throws IOException {
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
  }

  private Token token(String name, @Nullable Duration ttl) {
    return new Token(
        name,
        Role.WRITE,
        new Limits(List.of("app"), List.of("ui.", "yes", "1e3")),
        TokenSecret.hash(TokenSecret.generate()),
        clock.instant(),
        ttl == null ? null : clock.instant().plus(ttl));
  }

  @Test
  void noFile_meansNotConfigured() {
    assertThat(file().load().configured()).isFalse();
    assertThat(file().remove("ci")).isFalse();
    assertThat(path.getParent()).doesNotExist();
  }

  @Test
  void whatIsAdded_isThere_forTheOwnerOnly() throws IOException {
    Token forEver = token("a", null);
    Token short_ = token("b", Duration.ofDays(1));
    file().add(forEver);
    file().add(short_);

    assertThat(file().load().list()).containsExactly(forEver, short_);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
        .isEqualTo("rw-------");
    try (var files = Files.list(path.getParent())) {
      assertThat(files).containsExactlyInAnyOrder(path, path.resolveSibling("tokens.yaml.lock"));
    }
  }

  @Test
  void lastOneRemoved_leavesTheServiceClosed() {
    file().add(token("a", null));

    assertThat(file().remove("a")).isTrue();
    assertThat(file().remove("a")).isFalse();
    assertThat(file().load().configured()).isTrue();
    assertThat(file().load().list()).isEmpty();
  }

  @Test
  void nameThatIsTaken_isRefused_untilItHasExpired() {
    file().add(token("a", Duration.ofDays(1)));

    assertThatThrownBy(() -> file().add(token("a", null)))
        .isInstanceOfSatisfying(
            KVException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT));
    clock.advance(Duration.ofDays(1));
    Token next = token("a", null);
    file().add(next);
    assertThat(file().load().list()).containsExactly(next);
  }

  @Test
  void changeOfTheFile_isSeenByWhoHasReadIt() throws IOException {
    TokenFile reader = file();
    write("tokens: [{name: ci, role: read, sha256: " + HASH + "}]");
    assertThat(reader.load().find(SECRET)).isNotNull();
    write("tokens: []");
    assertThat(reader.load().find(SECRET)).isNull();
  }

  @Test
  void handwrittenFile_isUnderstood_asYamlAndAsJson() throws IOException {
    write("""
        # Who may what
        tokens:
          - name: ci
            role: write
            stores: [app]
            prefixes:
              - ui.
            expiresAt: 2027-01-01T00:00:00Z
            secret: %s
          - name: all
            role: admin
            sha256: %s
        """.formatted(SECRET, TokenSecret.hash("other")));

    Token ci = Objects.requireNonNull(file().load().find(SECRET));
    assertThat(ci.limits()).isEqualTo(new Limits(List.of("app"), List.of("ui.")));
    assertThat(ci.expiresAt()).isEqualTo("2027-01-01T00:00:00Z");
    assertThat(file().load().list()).hasSize(2);

    write("{\"tokens\": [{\"name\": \"ci\", \"role\": \"read\", \"sha256\": \"" + HASH + "\"}]}");
    assertThat(file().load().find(SECRET)).isNotNull();
  }

  @Test
  void command_leavesNoPlainSecret_andKeepsThePermissions() throws IOException {
    write("tokens: [{name: ci, role: read, secret: " + SECRET + "}]");
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("r--------"));
    file().add(token("a", null));

    assertThat(Files.readString(path)).contains(HASH).doesNotContain(SECRET);
    assertThat(file().load().find(SECRET)).isNotNull();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
        .isEqualTo("r--------");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "tokens",
        "tokens:",
        "[]",
        "tokens: [",
        "tokens: []\ntokens: []",
        "tokens: []\n---\ntokens: []",
        "tokens: []\nmore: 1",
        "tokens: [null]",
        "tokens: [{role: read, sha256: HASH}]",
        "tokens: [{name: ci, sha256: HASH}]",
        "tokens: [{name: ci, role: root, sha256: HASH}]",
        "tokens: [{name: ci, role: READ, sha256: HASH}]",
        "tokens: [{name: ci, role: read}]",
        "tokens: [{name: ci, role: read, sha256: HASH, secret: SECRET}]",
        "tokens: [{name: ci, role: read, secret: short}]",
        "tokens: [{name: ci, role: read, sha256: SECRET}]",
        "tokens: [{name: SECRET, role: read, sha256: HASH}]",
        "tokens: [{name: ci, role: read, sha256: HASH, prefix: ui.}]",
        "tokens: [{name: ci, role: read, sha256: HASH, prefixes: []}]",
        "tokens: [{name: ci, role: read, sha256: HASH, prefixes: [null]}]",
        "tokens: [{name: ci, role: read, sha256: HASH, prefixes: ['']}]",
        "tokens: [{name: ci, role: read, sha256: HASH, stores: [.x]}]",
        "tokens: [{name: ci, role: read, sha256: HASH, expiresAt: tomorrow}]",
        "tokens: [{name: ci, role: read, sha256: HASH}, {name: ci, role: read, secret: 2SECRET}]",
        "tokens: [{name: ci, role: read, sha256: HASH}, {name: b, role: read, secret: SECRET}]"
      })
  void fileThatIsNotUnderstood_isRefused_withoutASecretInTheMessage(String text)
      throws IOException {
    write(text.replace("HASH", HASH).replace("SECRET", SECRET));

    assertThatThrownBy(() -> file().load())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(path.toString())
        .hasMessageNotContaining(SECRET)
        .hasNoCause();
    assertThatThrownBy(() -> file().add(token("a", null)))
        .isInstanceOf(InvalidInputException.class);
    assertThat(path.resolveSibling("tokens.yaml.new")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-rw-rw-", "rw----rw-", "rw-r--rw-"})
  void fileThatOthersCanWrite_isRefused(String permissions) throws IOException {
    write("tokens: [{name: ci, role: read, sha256: " + HASH + "}]", permissions);

    assertThatThrownBy(() -> file().load())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("chmod 600");
  }

  @Test
  void fileThatOthersCanRead_mustNotHaveSecrets() throws IOException {
    write("tokens: [{name: ci, role: read, secret: " + SECRET + "}]", "rw-r-----");
    assertThatThrownBy(() -> file().load()).hasMessageContaining("chmod 600");

    write("tokens: [{name: ci, role: read, sha256: " + HASH + "}]", "rw-r--r--");
    assertThat(file().load().find(SECRET)).isNotNull();
  }

  @Test
  void link_isFollowed_andStays() throws IOException {
    write("tokens: []");
    Path link = Files.createSymbolicLink(folder.resolve("link.yaml"), path);
    new TokenFile(link, clock).add(token("a", null));

    assertThat(Files.isSymbolicLink(link)).isTrue();
    assertThat(file().load().list()).hasSize(1);
  }

  @Test
  void newFile_belongsToTheOwnerOfTheFolder() throws IOException {
    Files.createDirectories(path.getParent());
    file().add(token("a", null));

    assertThat(Files.getOwner(path)).isEqualTo(Files.getOwner(path.getParent()));
  }

  @Test
  void racingCommands_loseNothing() throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(8);
    try {
      List<Future<?>> all = IntStream.range(0, 24)
          .<Future<?>>mapToObj(i -> executor.submit(() -> file().add(token("t" + i, null))))
          .toList();
      for (Future<?> one : all) {
        one.get();
      }
    } finally {
      executor.shutdownNow();
    }
    assertThat(file().load().list()).hasSize(24);
  }

  @ParameterizedTest
  @ValueSource(strings = {"tokens.yaml.new", "tokens.yaml.lock"})
  void whatAKilledCommandLeftBehind_isInNobodysWay(String name) throws IOException {
    write("tokens: []");
    Files.createFile(path.resolveSibling(name));
    file().add(token("a", null));

    assertThat(file().load().list()).hasSize(1);
    assertThat(path.resolveSibling("tokens.yaml.new")).doesNotExist();
  }

  @Test
  void newFolder_isForItsOwnerOnly() throws IOException {
    path = folder.resolve("a/b/tokens.yaml");
    file().add(token("a", null));

    for (String made : List.of("a", "a/b")) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(made))))
          .isEqualTo("rwx------");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "conf, rwxrwx-w-, false",
    "conf, rwxr-x-w-, false",
    "conf, rwxr-xr-x, true",
    ".,    rwxrwxrwx, false",
    ".,    rwxr-xr-x, true"
  })
  void folderThatOthersCanWrite_isRefused(String which, String permissions, boolean allowed)
      throws IOException {
    write("tokens: [{name: ci, role: read, sha256: " + HASH + "}]");
    Files.setPosixFilePermissions(
        folder.resolve(which), PosixFilePermissions.fromString(permissions));

    if (allowed) {
      assertThat(file().load().find(SECRET)).isNotNull();
    } else {
      assertThatThrownBy(() -> file().load())
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("chmod go-w");
      assertThatThrownBy(() -> file().add(token("a", null)))
          .isInstanceOf(InvalidInputException.class);
    }
  }

  @Test
  void folderThatOthersCanWrite_isRefused_beforeThereIsAFile() throws IOException {
    Files.createDirectories(path.getParent());
    Files.setPosixFilePermissions(path.getParent(), PosixFilePermissions.fromString("rwxrwxrwx"));

    assertThatThrownBy(() -> file().add(token("a", null)))
        .isInstanceOf(InvalidInputException.class);
    assertThat(path.getParent()).isEmptyDirectory();
  }

  @Test
  void stickyFolder_isAllowed_aboveTheFilesOwn() throws IOException {
    write("tokens: []");
    Files.setAttribute(folder, "unix:mode", 01777);
    assertThat(file().load().configured()).isTrue();

    Files.setAttribute(path.getParent(), "unix:mode", 01777);
    assertThatThrownBy(() -> file().load()).isInstanceOf(InvalidInputException.class);
  }

  @Test
  void linkInAFolderThatOthersCanWrite_isRefused() throws IOException {
    write("tokens: []");
    Path shared = Files.createDirectory(folder.resolve("shared"));
    Path link = Files.createSymbolicLink(shared.resolve("link.yaml"), path);
    assertThat(new TokenFile(link, clock).load().configured()).isTrue();

    Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThatThrownBy(() -> new TokenFile(link, clock).load())
        .isInstanceOf(InvalidInputException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"conf/tokens.yaml", "conf", "."})
  void fileOrFolderOfAnotherUser_isRefused(String owned) throws IOException {
    write("tokens: []");
    Path changed = folder.resolve(owned);
    assumeTrue(Files.getAttribute(path, "unix:uid").equals(0), "only root can give files away");
    Files.setAttribute(changed, "unix:uid", 12345);

    assertThatThrownBy(() -> file().load())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("another user");
  }

  @Test
  void root_managesTheTokensOfAnotherUser() throws IOException {
    write("tokens: []");
    assumeTrue(Files.getAttribute(path, "unix:uid").equals(0), "only root can give files away");
    Files.setAttribute(path.getParent(), "unix:uid", 12345);
    Files.setAttribute(path, "unix:uid", 12345);
    TokenFile.managed(path, clock).add(token("a", null));

    assertThat(TokenFile.managed(path, clock).load().list()).hasSize(1);
    assertThat(Files.getAttribute(path, "unix:uid")).isEqualTo(12345);
    assertThat(Files.getAttribute(path.resolveSibling("tokens.yaml.lock"), "unix:uid"))
        .isEqualTo(12345);
    Files.setAttribute(path, "unix:uid", 12346);
    assertThatThrownBy(() -> TokenFile.managed(path, clock).load())
        .isInstanceOf(InvalidInputException.class);
  }

  @Test
  @Timeout(20)
  void pipe_isRefused_andHoldsUpNobody() throws Exception {
    write("");
    Files.delete(path);
    assertThat(new ProcessBuilder("mkfifo", path.toString()).start().waitFor()).isZero();

    assertThatThrownBy(() -> file().load())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("regular file");
    assertThatThrownBy(() -> file().add(token("a", null)))
        .isInstanceOfAny(InvalidInputException.class, UncheckedIOException.class)
        .hasMessageContaining("regular file");
  }

  @Test
  void linkThatLeadsNowhere_doesNotMeanThatThereAreNoTokens() throws IOException {
    write("");
    Path linked = path.resolveSibling("linked.yaml");
    Files.createSymbolicLink(linked, path.resolveSibling("missing.yaml"));
    Path loop = path.resolveSibling("loop.yaml");
    Files.createSymbolicLink(loop, loop.getFileName());

    for (Path file : List.of(linked, loop)) {
      assertThatThrownBy(() -> new TokenFile(file, Clock.systemUTC()).load())
          .isInstanceOf(InvalidInputException.class);
    }
  }

  @Test
  void lock_thatIsNoFile_isRefused() throws Exception {
    write("");
    Path lock = path.resolveSibling(path.getFileName() + ".lock");
    Path elsewhere = path.resolveSibling("elsewhere");
    Files.createSymbolicLink(lock, elsewhere);
    assertThatThrownBy(() -> file().add(token("a", null))).hasMessageContaining("regular file");
    assertThat(elsewhere).doesNotExist();

    Files.delete(lock);
    assertThat(new ProcessBuilder("mkfifo", lock.toString()).start().waitFor()).isZero();
    assertThatThrownBy(() -> file().add(token("a", null))).hasMessageContaining("regular file");
  }

  @Test
  void acknowledgement_isSeen_untilTheServiceEnds() throws IOException {
    assertThat(file().acknowledged()).isEmpty();
    file().add(token("a", null));
    TokenFile service = file();
    service.acknowledge(service.load());
    assertThat(file().acknowledged()).containsExactly(file().load().fingerprint());

    file().add(token("b", null));
    assertThat(file().acknowledged()).doesNotContain(file().load().fingerprint());
    service.acknowledge(service.load());
    assertThat(file().acknowledged()).containsExactly(file().load().fingerprint());

    service.leave();
    assertThat(file().acknowledged()).isEmpty();
  }

  @Test
  void services_haveAReceiptEach() throws IOException {
    file().add(token("a", null));
    TokenFile one = file();
    TokenFile other = file();
    one.acknowledge(one.load());
    other.acknowledge(other.load());
    file().add(token("b", null));
    one.acknowledge(one.load());
    String now = file().load().fingerprint();

    assertThat(file().acknowledged()).hasSize(2).containsOnlyOnce(now);
    other.acknowledge(other.load());
    assertThat(file().acknowledged()).containsExactly(now, now);
    one.leave();
    assertThat(file().acknowledged()).containsExactly(now);
  }

  @Test
  void serviceThatCannotBeSeen_isNotSaidToBeAbsent() {
    assertThat(file().unseen())
        .contains("acknowledged", "cannot write", folder.resolve("conf").toString());
  }
}
