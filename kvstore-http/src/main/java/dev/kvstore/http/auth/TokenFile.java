package dev.kvstore.http.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.internal.files.DurableFile;
import dev.kvstore.internal.files.FileTrust;
import dev.kvstore.internal.files.RegularFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Tokens in a YAML file, which people and commands may change while services read it. If there is
 * no file, no token is required. A command rewrites the file: comments are lost, and secrets are
 * replaced by their hashes.
 */
public final class TokenFile implements TokenStorage {
  private final Path file;
  private final Clock clock;
  private final boolean managed;
  private final FileReceipts receipts;
  private volatile @Nullable Loaded last;

  /** Loaded only if there is a file, because this takes a tenth of the startup time. */
  private static final class Yaml {
    static final ObjectMapper MAPPER = new ObjectMapper(YAMLFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .build())
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  }

  private record Content(List<FileToken> tokens) {
    Content {
      tokens = List.copyOf(tokens);
    }
  }

  /** The parsed content of the file when its text had this hash. */
  private record Loaded(String hash, List<Token> list, Tokens tokens, boolean secret) {}

  /** Creates a storage in this file, for a service. */
  public TokenFile(Path file, Clock clock) {
    this(file, clock, false);
  }

  private TokenFile(Path file, Clock clock, boolean managed) {
    this.file = file.toAbsolutePath();
    this.clock = clock;
    this.managed = managed;
    // Not the clock of the tokens: file times come from the system clock.
    this.receipts = new FileReceipts(this.file, InstantSource.system());
  }

  /** Returns a storage in this file, for a command: root can manage the file of another user. */
  public static TokenFile managed(Path file, Clock clock) {
    return new TokenFile(file, clock, true);
  }

  /**
   * Returns the tokens currently in the file.
   *
   * @throws InvalidInputException if it exists but cannot be read or parsed, or users other than
   *     its owner could change it or read secrets in it
   */
  @Override
  public Tokens load() {
    try {
      return understand(RegularFile.read(file, UTF_8)).tokens();
    } catch (NoSuchFileException e) {
      return Tokens.NOT_CONFIGURED;
    } catch (IOException e) {
      throw unusable("cannot be read: " + DurableFile.reason(e));
    }
  }

  @Override
  public void add(Token token) {
    change(tokens -> {
      boolean taken = tokens.stream()
          .anyMatch(t -> t.name().equals(token.name()) && !t.isExpiredAt(clock.instant()));
      if (taken) {
        throw TokenCollection.taken(token.name());
      }
      tokens.removeIf(t -> t.name().equals(token.name()));
      return tokens.add(token);
    });
  }

  @Override
  public boolean remove(String name) {
    Token.checkName(name);
    return Files.exists(file) && change(tokens -> tokens.removeIf(t -> t.name().equals(name)));
  }

  /** {@inheritDoc} Writes a separate file beside the tokens. */
  @Override
  public void acknowledge(Tokens tokens) {
    receipts.acknowledge(tokens.fingerprint());
  }

  @Override
  public List<String> acknowledged() {
    return receipts.acknowledged();
  }

  /** {@inheritDoc} A service that cannot write beside the tokens cannot acknowledge. */
  @Override
  public String unseen() {
    return "No running service has acknowledged it. A service that cannot write to the folder "
        + file.getParent() + " cannot say so; it follows the file within a second all the same";
  }

  @Override
  public void leave() {
    receipts.leave();
  }

  /** @param edit returns true if it changed anything */
  private boolean change(Predicate<List<Token>> edit) {
    try {
      requireSafe(false);
      return PrivateFile.replace(file, text -> {
        List<Token> tokens =
            new ArrayList<>(text == null ? List.of() : understand(text).list());
        return edit.test(tokens) ? write(tokens) : null;
      });
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The tokens file " + file + " cannot be changed: " + DurableFile.reason(e), e);
    }
  }

  private Loaded understand(String text) throws IOException {
    String hash = TokenSecret.hash(text);
    Loaded loaded = last;
    if (loaded == null || !loaded.hash().equals(hash)) {
      loaded = load(hash, parse(text));
      last = loaded;
    }
    requireSafe(loaded.secret());
    return loaded;
  }

  private void requireSafe(boolean secret) throws IOException {
    Path folder = Objects.requireNonNull(file.getParent(), "a file is in a folder");
    FileTrust trust = managed ? FileTrust.ofProcessIn(folder) : FileTrust.ofProcess();
    String problem = PrivateFile.problem(file, trust, secret);
    if (problem != null) {
      throw unusable(problem);
    }
  }

  private List<FileToken> parse(String text) {
    try {
      return Yaml.MAPPER.readValue(text, Content.class).tokens();
    } catch (JsonProcessingException e) {
      // Not the message, which may quote a secret.
      JsonLocation at = e.getLocation();
      throw unusable("is not understood"
          + (at == null ? "" : ", at line " + at.getLineNr() + ", column " + at.getColumnNr())
          + ": it must have a list 'tokens', each with name, role, and sha256 or secret; stores,"
          + " prefixes, expiresAt and createdAt may be left out");
    }
  }

  private Loaded load(String hash, List<FileToken> entries) {
    try {
      List<Token> tokens = entries.stream().map(FileToken::token).toList();
      boolean secret = entries.stream().anyMatch(FileToken::isPlain);
      return new Loaded(hash, tokens, Tokens.of(tokens), secret);
    } catch (InvalidInputException e) {
      throw unusable("is not valid: " + e.getMessage());
    }
  }

  private static String write(List<Token> tokens) {
    try {
      return Yaml.MAPPER.writeValueAsString(
          new Content(tokens.stream().map(FileToken::of).toList()));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private InvalidInputException unusable(String problem) {
    return new InvalidInputException(
        ErrorCode.INVALID_PARAMETER, "The tokens file " + file + " " + problem);
  }
}
