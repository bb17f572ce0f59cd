package dev.kvstore.http.auth;

import dev.kvstore.ErrorCode;
import dev.kvstore.KVEntry;
import dev.kvstore.KVException;
import dev.kvstore.KVQuery;
import dev.kvstore.KVType;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.ReadOptions;
import dev.kvstore.WriteCondition;
import dev.kvstore.WriteOptions;
import dev.kvstore.internal.mapping.BsonCodec;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.Mutation;
import dev.kvstore.spi.Projection;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Write;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tokens in a separate store, by name, for the nodes and commands that share a database. Tokens
 * expire as entries.
 */
public final class TokenCollection implements TokenStorage {
  /** The key of the entry that makes tokens required. Not a valid token name. */
  static final String CONFIGURED = "_configured";

  private static final Logger LOG = LoggerFactory.getLogger(TokenCollection.class);

  private static final KVType<Content> CONTENT = KVType.of(Content.class);

  private final EntryStore store;
  private final NodeReceipts receipts;
  private final Clock clock;
  private final BsonCodec codec = BsonCodec.create();
  private final Set<String> unreadable = ConcurrentHashMap.newKeySet();

  /** The value of a token's entry. */
  private record Content(String role, List<String> stores, List<String> prefixes, String sha256) {
    /** Requires both limits: a missing one must not mean "all". */
    Content {
      Objects.requireNonNull(role, "role");
      stores = List.copyOf(stores);
      prefixes = List.copyOf(prefixes);
      Objects.requireNonNull(sha256, "sha256");
    }
  }

  /**
   * @param store the store of the tokens
   * @param nodes the store of the acknowledgements of running services
   */
  public TokenCollection(EntryStore store, EntryStore nodes, Clock clock) {
    this.store = store;
    this.receipts = new NodeReceipts(nodes, System::nanoTime);
    this.clock = clock;
  }

  @Override
  public Tokens load() {
    List<KVEntry<RawValue>> entries = store.stream(
            KeyRange.ALL, Projection.ENTRIES, KVQuery.MAX_LIMIT, ReadOptions.DEFAULT)
        .toList();
    return entries.isEmpty()
        ? Tokens.NOT_CONFIGURED
        : Tokens.of(entries.stream()
            .filter(entry -> !entry.key().equals(CONFIGURED))
            .map(this::decode)
            .filter(Objects::nonNull)
            .toList());
  }

  @Override
  public void add(Token token) {
    // Write this first: if writing the token then fails, no one has access, rather than everyone.
    store.apply(
        new Mutation.PutIfAbsent(new Write(CONFIGURED, codec.encode(true), WriteOptions.DEFAULT)));
    Content content = new Content(
        token.role().text(), token.limits().stores(), token.limits().prefixes(), token.hash());
    WriteOptions options = WriteOptions.DEFAULT.condition(WriteCondition.IF_ABSENT);
    Instant expiresAt = token.expiresAt();
    if (expiresAt != null) {
      options = options.ttl(Duration.between(clock.instant(), expiresAt));
    }
    try {
      store.apply(new Mutation.Put(new Write(token.name(), codec.encode(content), options)));
    } catch (PreconditionFailedException e) {
      throw taken(token.name());
    }
  }

  @Override
  public boolean remove(String name) {
    return store.apply(new Mutation.Delete(Token.checkName(name), WriteOptions.DEFAULT));
  }

  @Override
  public ChangeSignal onChange(Runnable action) {
    return new TokenChanges(store, action, System::nanoTime);
  }

  @Override
  public void acknowledge(Tokens tokens) {
    receipts.acknowledge(tokens.fingerprint());
  }

  @Override
  public List<String> acknowledged() {
    return receipts.acknowledged();
  }

  @Override
  public void leave() {
    receipts.leave();
  }

  static KVException taken(String name) {
    return new KVException(
        ErrorCode.CONFLICT,
        "There is a token '" + name + "' already: revoke it first, or choose another name");
  }

  /**
   * Returns the token; null for an entry that was changed manually to something invalid, which is
   * ignored.
   */
  private @Nullable Token decode(KVEntry<RawValue> entry) {
    RawValue value = entry.value();
    try {
      Content content = value == null ? null : codec.decode(entry.key(), value, CONTENT);
      if (content != null) {
        return new Token(
            entry.key(),
            Role.of(content.role()),
            new Limits(content.stores(), content.prefixes()),
            content.sha256(),
            entry.createdAt(),
            entry.expiresAt().orElse(null));
      }
    } catch (KVException e) {
      LOG.debug("The token '{}' is not understood", entry.key(), e);
    }
    if (unreadable.add(entry.key())) {
      LOG.warn(
          "The token '{}' cannot be read and is not accepted: revoke it, and create it again",
          entry.key());
    }
    return null;
  }
}
