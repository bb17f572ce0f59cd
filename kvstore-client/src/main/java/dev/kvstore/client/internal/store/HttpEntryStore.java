package dev.kvstore.client.internal.store;

import dev.kvstore.BatchResult;
import dev.kvstore.DeleteResult;
import dev.kvstore.DropOptions;
import dev.kvstore.ErrorCode;
import dev.kvstore.KVEntry;
import dev.kvstore.KVException;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVPage;
import dev.kvstore.ReadOptions;
import dev.kvstore.SetDefaultResult;
import dev.kvstore.SyncToken;
import dev.kvstore.WriteCondition;
import dev.kvstore.client.internal.events.EventTimes;
import dev.kvstore.client.internal.events.HttpChangeFeed;
import dev.kvstore.client.internal.request.Answer;
import dev.kvstore.client.internal.request.Call;
import dev.kvstore.client.internal.request.Exchanges;
import dev.kvstore.client.internal.request.Query;
import dev.kvstore.client.internal.request.SeenToken;
import dev.kvstore.client.internal.request.StoreUrls;
import dev.kvstore.client.internal.request.Transport;
import dev.kvstore.client.internal.request.WireReader;
import dev.kvstore.internal.support.Deadline;
import dev.kvstore.internal.support.Percent;
import dev.kvstore.spi.Cause;
import dev.kvstore.spi.ChangeSink;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.FeedSubscription;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.Mutation;
import dev.kvstore.spi.Projection;
import dev.kvstore.spi.RawValue;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The entries of a store behind a service. */
public final class HttpEntryStore implements EntryStore, Mutation.Handler, Projection.Scanner {
  /**
   * The maximum length of a query; many servers and proxies refuse URLs longer than about 8 KiB.
   */
  private static final int MAX_QUERY = 6 * 1024;

  private static final int MAX_KEYS = 1000;

  private final String name;
  private final StoreUrls urls;
  private final Duration timeout;
  private final Transport transport;
  private final HttpWriter writer;
  private final HttpHistory history;
  private final HttpCopies copies;
  private final HttpChangeFeed feed;

  public HttpEntryStore(String name, Duration timeout, EventTimes times, Transport transport) {
    this.name = name;
    this.urls = StoreUrls.of(name);
    this.timeout = timeout;
    this.transport = transport;
    LostWriteResolver lostWrites = new LostWriteResolver(transport, urls);
    this.writer = new HttpWriter(urls, lostWrites);
    this.history = new HttpHistory(urls, transport, lostWrites, this::deadline);
    this.copies = new HttpCopies(name, urls, transport, lostWrites, this::deadline);
    this.feed = new HttpChangeFeed(name, transport, urls, times);
  }

  @Override
  public String name() {
    return name;
  }

  private Optional<KVEntry<RawValue>> one(String key, ReadOptions options) {
    URI url = urls.key(key, at(Query.none().and("view", "entry"), options));
    Answer answer = transport.send(demanding(Call.read(url, key), options), deadline());
    return answer.isKeyNotFound()
        ? Optional.empty()
        : Optional.of(marked(answer, answer.read(body -> WireReader.entry(body, key))));
  }

  @Override
  public List<KVEntry<RawValue>> find(Collection<String> keys, ReadOptions options) {
    transport.checkOpen();
    if (keys.size() == 1) {
      return one(keys.iterator().next(), options).stream().toList();
    }
    Deadline deadline = deadline();
    List<KVEntry<RawValue>> found = new ArrayList<>();
    for (List<String> group :
        Groups.of(new LinkedHashSet<>(keys), HttpEntryStore::sizeInQuery, MAX_QUERY, MAX_KEYS)) {
      readGroup(group, options, deadline, found);
    }
    return found;
  }

  /** Adds the freshness requirements. The seen token is sent with every request anyway. */
  private Call demanding(Call read, ReadOptions options) {
    Call demanding = options.atLeast().compareTo(syncToken()) <= 0
        ? read
        : read.with(SeenToken.HEADER, options.atLeast().toString());
    return options.bypassCache() ? demanding.with("Cache-Control", "no-cache") : demanding;
  }

  private static KVEntry<RawValue> marked(Answer answer, KVEntry<RawValue> entry) {
    return answer.isStale()
        ? KVEntry.of(entry.value(), entry.metadata(), true, KVEntry.Source.STORE)
        : entry;
  }

  /** Reads the group; splits it in halves if its values are too large for one response. */
  private void readGroup(
      List<String> keys, ReadOptions options, Deadline deadline, List<KVEntry<RawValue>> found) {
    Query query = at(Query.none().and("values", "true"), options);
    keys.forEach(key -> query.and("key", key));
    Call call = demanding(Call.read(urls.at("/keys", query), null), options);
    try {
      Answer answer = transport.send(call, deadline);
      // The response does not say which of them are stale.
      answer.read(WireReader::entries).items().forEach(entry -> found.add(marked(answer, entry)));
    } catch (KVException e) {
      boolean tooLarge =
          e instanceof Exchanges.AnswerTooLargeException || e.code() == ErrorCode.TOO_LARGE;
      if (!tooLarge || keys.size() == 1) {
        throw e;
      }
      int half = keys.size() / 2;
      readGroup(keys.subList(0, half), options, deadline, found);
      readGroup(keys.subList(half, keys.size()), options, deadline, found);
    }
  }

  private static int sizeInQuery(String key) {
    return "&key=".length() + Percent.encode("key", key).length();
  }

  @Override
  public <T> KVPage<T> scan(
      KeyRange range, Projection<T> projection, int limit, ReadOptions options) {
    return projection.scan(this, range, limit, options);
  }

  @Override
  public KVPage<KVEntry<RawValue>> scanEntries(KeyRange range, int limit, ReadOptions options) {
    return page(query(range, limit).and("values", "true"), options, WireReader::entries);
  }

  @Override
  public KVPage<KVMetadata> scanMetadata(KeyRange range, int limit, ReadOptions options) {
    return page(query(range, limit), options, WireReader::metadatas);
  }

  @Override
  public KVPage<String> scanKeys(KeyRange range, int limit, ReadOptions options) {
    return page(query(range, limit).and("view", "keys"), options, WireReader::keys);
  }

  private <T> KVPage<T> page(Query query, ReadOptions options, Function<byte[], KVPage<T>> reader) {
    Call call = demanding(Call.read(urls.at("/keys", at(query, options)), null), options);
    return transport.send(call, deadline()).read(reader);
  }

  private static Query at(Query query, ReadOptions options) {
    options.at().ifPresent(instant -> query.and("at", instant.toString()));
    return query;
  }

  private static Query query(KeyRange range, int limit) {
    Query query = Query.none();
    if (!range.prefix().isEmpty()) {
      query.and("prefix", range.prefix());
    }
    if (range.after() != null) {
      query.and("after", range.after());
    }
    return query.and("limit", Integer.toString(limit));
  }

  @Override
  public <R> R apply(Mutation<R> mutation) {
    return mutation.applyTo(this);
  }

  @Override
  public KVMetadata put(Mutation.Put put) {
    return writer.write(put.write(), deadline());
  }

  @Override
  public SetDefaultResult<RawValue> putIfAbsent(Mutation.PutIfAbsent put) {
    // Without positions the service cannot tell which changes its cache has received.
    boolean asksDatabase = syncToken().equals(SyncToken.START);
    return writer.setDefault(put.write(), asksDatabase, deadline());
  }

  @Override
  public BatchResult batch(Mutation.Batch batch) {
    transport.checkOpen();
    return batch.values().isEmpty()
        ? new BatchResult(0, 0)
        : writer.writeMany(batch.values(), batch.options(), this::deadline);
  }

  @Override
  public KVEntry<RawValue> add(Mutation.Add add) {
    return writer.increment(add.key(), add.by(), add.options(), deadline());
  }

  @Override
  public boolean delete(Mutation.Delete delete) {
    return writer.delete(delete.key(), delete.options(), deadline());
  }

  @Override
  public DeleteResult deleteMany(Mutation.DeleteMany deletion) {
    return writer.deleteMany(deletion, deadline());
  }

  @Override
  public <C> Optional<C> capability(Class<C> type) {
    return Stream.of(history, copies)
        .filter(type::isInstance)
        .findFirst()
        .<C>map(type::cast)
        .or(() -> EntryStore.super.capability(type));
  }

  /** Drops the store, see {@link dev.kvstore.spi.EntryDatabase#drop}. */
  boolean drop(DropOptions options, Deadline deadline) {
    Query query = Query.none().and("confirm", name);
    if (options.isPurging()) {
      query.and("purge", "true");
    }
    Answer answer = transport.send(
        Call.write(
            "DELETE", urls.at("", query), null, WriteCondition.NONE, Cause.of(options), null),
        deadline);
    boolean existed = !answer.isNotFound("no-such-resource");
    if (existed) {
      answer.expect(204);
    }
    return existed;
  }

  @Override
  public SyncToken syncToken() {
    return transport.exchanges().seen().get();
  }

  @Override
  public FeedSubscription subscribe(ChangeSink sink, @Nullable SyncToken from) {
    transport.checkOpen();
    return feed.subscribe(sink, from);
  }

  @Override
  public void close() {
    // Close its connections first, because the client would wait for them.
    try {
      feed.close();
    } finally {
      transport.close();
    }
  }

  private Deadline deadline() {
    return Deadline.after(timeout);
  }
}
